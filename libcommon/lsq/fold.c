#include "lsq/fold.h"

#include <math.h>

size_t fold_split(size_t c)
{
    return (c + 1) / 2;
}

void fold_row(double *row, size_t c)
{
    for (size_t j = 0; j < c / 2; j++) {
        double first = row[j];
        double last = row[c - 1 - j];
        row[j] = first + last;
        row[c - 1 - j] = first - last;
    }
}

void fold_undo(double *row, size_t c)
{
    fold_row(row, c);
    for (size_t j = 0; j < c; j++)
        row[j] *= j == c - 1 - j ? sqrt(2) : sqrt(0.5);
}
