/* late: routines of a LAPACK that is loaded when it is first needed. */
#include "lsq/late.h"

#include "unit.h"

#include <math.h>

static int near(double found, double expected)
{
    return fabs(found - expected) < 1e-14;
}

/* [1 3 5; 2 4 6] times [1 0; 2 1; 0 3], and the same from their transposes. */
static void test_product(void)
{
    const double a[] = {1, 2, 3, 4, 5, 6}, b[] = {1, 2, 0, 0, 1, 3};
    const double at[] = {1, 3, 5, 2, 4, 6}, bt[] = {1, 0, 2, 1, 0, 3};
    const double expected[] = {7, 10, 18, 22};
    double c[] = {9, 9, 9, 9}, ct[4];
    late_product(false, false, 2, 2, 3, a, 2, b, 3, c, 2);
    late_product(true, true, 2, 2, 3, at, 3, bt, 2, ct, 2);
    for (int i = 0; i < 4; i++)
        EXPECT(c[i] == expected[i] && ct[i] == expected[i]);
}

static void test_square(void)
{
    const double a[] = {1, 2, 3, 4};
    double c[] = {9, 9, 9, 9}, ct[] = {9, 9, 9, 9};
    late_square(false, 2, 2, a, 2, c, 2);
    late_square(true, 2, 2, a, 2, ct, 2);
    EXPECT(c[0] == 10 && c[1] == 14 && c[2] == 9 && c[3] == 20);
    EXPECT(ct[0] == 5 && ct[1] == 11 && ct[2] == 9 && ct[3] == 25);
}

/* [4 2; 2 3] x = [2 8; 5 7]. */
static void test_solve(void)
{
    double a[] = {4, 2, 0, 3}, b[] = {2, 5, 8, 7}, indefinite[] = {1, 2, 0, 1}, rest[] = {1, 1};
    EXPECT(late_solve(2, 2, a, 2, b, 2) == LSQ_OK);
    EXPECT(near(b[0], -0.5) && near(b[1], 2) && near(b[2], 1.25) && near(b[3], 1.5));
    EXPECT(late_solve(2, 1, indefinite, 2, rest, 2) == LSQ_DIVERGED);
}

/* 2 on the diagonal, -1 beside it: x = [3 4 3] where each of the three is 2. */
static void test_banded(void)
{
    double a[] = {2, -1, 2, -1, 2, 0}, b[] = {2, 2, 2}, zero[] = {0, 0}, rest[] = {1};
    EXPECT(late_solve_banded(3, 1, 1, a, 2, b, 3) == LSQ_OK);
    EXPECT(near(b[0], 3) && near(b[1], 4) && near(b[2], 3));
    EXPECT(late_solve_banded(1, 1, 1, zero, 2, rest, 1) == LSQ_DIVERGED);
}

int main(void)
{
    EXPECT(late_load() == LSQ_OK);
    if (late_load() != LSQ_OK)
        return UNIT_END();
    test_product();
    test_square();
    test_solve();
    test_banded();
    return UNIT_END();
}
