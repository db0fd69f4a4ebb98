% What people would use in Octave: octave-cli peers.m wide|tall DATA COLUMNS GIVEN COEF
%
% DATA holds rows of float64. Fits the columns behind the GIVEN ones by least squares, writes
% the coefficients to COEF and prints the seconds of the fit alone.
args = argv ();
columns = str2double (args{3});
given = str2double (args{4});
file = fopen (args{2});
x = fread (file, [columns, Inf], "double=>double")';
fclose (file);
y = x(:, given + 1:end);
x = x(:, 1:given);
tic;
if strcmp (args{1}, "wide")
  coef = pinv (x - mean (x)) * (y - mean (y));
else
  coef = [ones(rows (x), 1), x] \ y;
  coef = coef(2:end, :);
endif
seconds = toc;
printf ("%.9f\n", seconds);
file = fopen (args{5}, "w");
fwrite (file, coef', "double");
fclose (file);
