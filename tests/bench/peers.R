# What people would use in R: Rscript peers.R DATA COLUMNS GIVEN COEF
#
# DATA holds rows of float64. Fits the columns after the GIVEN ones by least squares with intercepts, and writes the
# coefficients to COEF, a row a given column.
args <- commandArgs(TRUE)
columns <- as.integer(args[2])
given <- as.integer(args[3])
x <- matrix(readBin(args[1], "double", file.size(args[1]) / 8), ncol = columns, byrow = TRUE)
coef <- as.matrix(lm.fit(cbind(1, x[, 1:given]), x[, (given + 1):columns])$coefficients)
writeBin(as.vector(t(coef[-1, , drop = FALSE])), args[4])
