# csv-load: text as a matrix.

load common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
}

# shows TEXT OPTION...: what csv-load makes of the text, as CSV.
shows() {
    local text=$1
    shift
    # shellcheck disable=SC2059 # with its escapes
    printf "$text" | csv-load "$@" | stream-show --csv
}

# refuses_text TEXT MESSAGE OPTION...
refuses_text() {
    local text=$1 message=$2
    shift 2
    # shellcheck disable=SC2059 # with its escapes
    printf "$text" >text
    refuses 1 "csv-load: text: $message" csv-load "$@" text
}

@test "csv-load: numbers become the doubles that Python reads, hard cases too" {
    oracle csv hard_cases
}

@test "csv-load: data as R writes them, fitted, have the coefficients, R^2 and residual standard error of its lm" {
    ROOT=$ROOT oracle csv data_of_r
}

@test "csv-load: rows are NumPy's, in blocks, names and columns with them" {
    printf 'who,a,b\nx,1,2.5\n"y, z",-3,4e2\n' | csv-load -n who >out
    py 'm, = read("out")
assert m["x"].dtype.str[1:] == "f8" and m.pop("x").tolist() == [[1, 2.5], [-3, 400]]
assert m == {"mat": 1, "names": ["x", "y, z"], "columns": ["a", "b"], "last": True}'
    seq 300000 | csv-load >out
    py 'maps = read("out")
assert len(maps) == 3 and [m["last"] for m in maps] == [False, False, True]
assert (x(maps)[:, 0] == np.arange(1, 300001)).all()'
}

@test "csv-load: the first line tells the delimiter, or -d" {
    assert_equal "$(shows '1,2\n3,4\n')" $'1,2\n3,4'
    assert_equal "$(shows '1;2\n3;4\n')" $'1,2\n3,4'
    assert_equal "$(shows '1\t2\n3\t4\n')" $'1,2\n3,4'
    assert_equal "$(shows '  1 2 \n3 \t 4')" $'1,2\n3,4'
    assert_equal "$(shows '1\n2\n')" $'1\n2'
    assert_equal "$(shows 'a|b\n1|2\n' -d '|')" $'a,b\n1,2'
    assert_equal "$(shows '1\t2 \n' -d tab)" '1,2'
    assert_equal "$(shows '1;5 2;5\n' -d space --header=no 2>&1)" \
        "$(printf '%s\n' "csv-load: stdin: line 1, column 0: '1;5', expected a number" \
            'stream-show: stdin: empty, expected a matrix stream (did the program that writes it fail?)')"
    assert_equal "$(shows '"a;b",c\n1,2\n')" $'a;b,c\n1,2'
}

@test "csv-load: quotes, ends of lines, byte-order marks, blanks and comments" {
    assert_equal "$(shows '\xef\xbb\xbf"a","b ""c"""\r\n"1", 2 \r\n\r\n 3 ,"4"\r\n')" $'a,"b ""c"""\n1,2\n3,4'
    assert_equal "$(shows '"a\nb",c\n1,2')" $'"a\nb",c\n1,2'
    assert_equal "$(shows '#x\n1,2\n#3\n4,5\n#' --comment='#')" $'1,2\n4,5'
    assert_equal "$(shows '+1,.5\n-0,5.\n1E3,1e-3')" $'1,0.5\n-0,5\n1000,0.001'
}

@test "csv-load: Excel's line sep=; is its delimiter, and no row" {
    assert_equal "$(shows 'sep=;\r\na;b\r\n1;2\r\n')" $'a,b\n1,2'
    assert_equal "$(shows '\xef\xbb\xbfSEP=\t\n1\t2\n')" 1,2
    assert_equal "$(shows 'sep=,\n"a;b",c\n1,2\n')" $'a;b,c\n1,2'
    assert_equal "$(shows 'sep=,\n1 2\n' -d space)" 1,2
    assert_equal "$(shows 'sep=\n1\n')" $'sep=\n1'
    refuses_text 'sep=;\n1;x\n' "line 2, column 1: 'x', expected a number (--header=yes takes this line for a header)"
    refuses_text 'sep=;\n' '0 rows of numbers, expected at least 1'
    printf 'sep=;\na;b\n1;2\n' >one
    printf 'sep=|\na|b\n3|4\n' >two
    assert_equal "$(csv-load one two | stream-show --csv)" $'a,b\n1,2\n3,4'
}

@test "csv-load: lines that end as on old Macs are told, with what converts them" {
    refuses_text 'a,b\r1,2\r3,4\r' "lines that end in carriage returns alone, expected newlines; to convert them: tr '\\r' '\\n' <IN >OUT"
    assert_equal "$(printf 'a,b\r1,2\r3,4\r' | tr '\r' '\n' | csv-load | stream-show --csv)" $'a,b\n1,2\n3,4'
    assert_equal "$(shows '1,2\r')" 1,2
}

@test "csv-load: a header is text without a number; -c takes columns by name, number and range" {
    assert_equal "$(shows 'a,b,c,d\n1,2,3,4\n' -c d,0-1)" $'d,a,b\n4,1,2'
    assert_equal "$(shows '1,2,3,4\n' -c 3,0-1)" '4,1,2'
    assert_equal "$(shows 'a,2019\n1,2\n' --header=yes)" $'a,2019\n1,2'
    assert_equal "$(shows '2018,2019\n1,2\n' --header=no)" $'2018,2019\n1,2'
    assert_equal "$(shows 'x,1,2\ny,3,4\n' -n 0)" $'x,1,2\ny,3,4'
    assert_equal "$(shows 'x,1,2\ny,3,4\n' -c 1,2)" $'1,2\n3,4'
    # Nor is a first row of values that are missing or have decimal commas, which would be lost.
    assert_equal "$(shows 'NA,nan\n1,2\n' -q -m drop)" 1,2
    refuses_text 'NA,nan\n1,2\n' "line 1, column 0: 'NA', expected a number (--missing=drop leaves such rows out)"
    refuses_text '1,5;2,5\n3;4\n' "line 1, column 0: '1,5', expected a number (--decimal=, reads decimal commas)"
    refuses_text '"-1,5e3"\n3\n' "line 1, column 0: '-1,5e3', expected a number (--decimal=, reads decimal commas)"
    assert_equal "$(shows 'NA,x\n1,2\n')" $'NA,x\n1,2'
    assert_equal "$(shows '1,5;2,5\n3;4\n' --header=yes)" $'"1,5","2,5"\n3,4'
    refuses_text 'a,1\n2,3\n' "line 1, column 0: 'a', expected a number (--header=yes takes this line for a header)"
    refuses_text 'a,b\n1,2\n' "no column 'c', expected a number from 0 to 1 or a name of the header" -c c
    refuses_text '1,2\n' "no column '2', expected a number from 0 to 1 (there is no header)" -c 2
    refuses_text 'a,a\n1,2\n' "columns 0 and 1 are called 'a', expected the number of one" -c a
    refuses_text '1,2\n' 'column 1 taken twice, expected it once' -c 1,0-1
    refuses_text 'a\nb\n' 'no column but that of the names, expected at least 1 of numbers' -n 0 --header=no
}

@test "csv-load: several files are one matrix, and their header is read once" {
    printf 'a,b\n1,2\n' >one
    printf 'a,b\n3,4\n' >two
    printf '5;6\n' >three
    assert_equal "$(csv-load one two three | stream-show --csv)" $'a,b\n1,2\n3,4\n5,6'
    printf 'a,c\n3,4\n' >other
    refuses 1 "csv-load: other: line 1, column 0: 'a', expected a number (--header=yes takes this line for a header)" csv-load one other
    refuses 1 'csv-load: other: line 1: another header than in the first file, expected the same' csv-load --header=yes one other
    printf '1\n' >narrow
    refuses 1 'csv-load: narrow: line 1: 1 column, expected 2 as in the lines before' csv-load one narrow
    refuses 1 'csv-load: absent: cannot be opened: No such file or directory' csv-load one absent
    refuses 1 'csv-load: .: a directory, expected numbers as text' csv-load .
    : >empty
    refuses 1 'csv-load: empty: empty, expected numbers as text (did the program that writes it fail?)' csv-load one empty
}

@test "csv-load: missing values are refused, or their rows left out" {
    local hint='(--missing=drop leaves such rows out)'
    refuses_text '1,2\n3,NA\n' "line 2, column 1: 'NA', expected a number $hint"
    refuses_text '1,2\n,3\n' "line 2, column 0: nothing, expected a number $hint"
    refuses_text '1\nNaN\n' "line 2, column 0: 'NaN', expected a number $hint"
    printf 'n,a\nx,1\ny,\nz,nan\nw,"NA"\nv,2\n' >text
    run -0 --separate-stderr bash -c 'csv-load -m drop -n n text | stream-show --csv'
    assert_output $'name,a\nx,1\nv,2'
    # shellcheck disable=SC2154
    assert_equal "$stderr" 'csv-load: warning: rows with missing values left out: 3 of 5'
    refuses_text '1,\n,2\n' '2 rows with something missing in each, expected at least 1' -m drop
    refuses_text '1\nmissing\n' "line 2, column 0: 'missing', expected a number (--names takes a column of names, --columns leaves others out)" -m drop
}

@test "csv-load: what R, pandas, databases and spreadsheets write for no value is missing" {
    # The words are among those of pandas.read_csv.
    printf '%s,1\n' NA nan NaN N/A n/a '#N/A' '<NA>' NULL null None '' 7 | csv-load -q -m drop >rows
    run -0 stream-show --csv rows
    assert_output 7,1
    refuses_text '1\nNULL\n' "line 2, column 0: 'NULL', expected a number (--missing=drop leaves such rows out)"
}

@test "csv-load: a bar parts fields; headers of R's write.table and NumPy's savetxt are told" {
    run -0 bash -c "printf 'a|b\n1|2\n' | csv-load | stream-show --csv"
    assert_output $'a,b\n1,2'
    # As R's write.table writes data.frame(x = 1:2, y = 3:4), and with col.names = NA.
    printf '"x" "y"\n"1" 1 3\n"2" 2 4\n' >short
    printf '"" "x" "y"\n"1" 1 3\n"2" 2 4\n' >full
    refuses 1 "csv-load: short: line 2: 3 columns, expected 2 as in the lines before (R's write.table names all columns with col.names = NA)" csv-load short
    run -0 bash -c 'csv-load -n 0 full | stream-show --csv'
    assert_output $'name,x,y\n1,1,3\n2,2,4'
    py 'np.savetxt("saved", np.array([[1, 2], [3, 4]]), header="a b")'
    refuses 1 'csv-load: saved: line 2: 2 columns, expected 3 as in the lines before (--comment=# skips a header)' csv-load saved
    run -0 bash -c 'csv-load --comment=# saved | stream-show --csv'
    assert_output $'1,2\n3,4'
}

@test "csv-load: --type holds what it is given, or refuses it" {
    oracle csv types
    refuses_text '1\n300\n' "line 2, column 0: '300', expected a whole number that int8 holds" -t int8
    refuses_text '\x2d1\n' "line 1, column 0: '-1', expected a whole number that uint16 holds" -t uint16
    refuses_text '1.5\n' "line 1, column 0: '1.5', expected a whole number that int64 holds" -t int64
    refuses_text '9223372036854775808\n' "line 1, column 0: '9223372036854775808', expected a whole number that int64 holds" -t int64
    refuses_text '18446744073709551616\n' "line 1, column 0: '18446744073709551616', expected a whole number that uint64 holds" -t uint64
    refuses_text '2\n' "line 1, column 0: '2', expected a whole number that bool holds" -t bool
    refuses_text '1e39\n' "line 1, column 0: '1e39', expected a number that float32 holds" -t float32
}

@test "csv-load: hostile text is one line on stderr, with bounded memory" {
    refuses_text '1,\000\n' "line 1, column 1: '\\000', expected a number (--header=yes takes this line for a header)"
    refuses_text '1,\xff\n' "line 1, column 1: '\\377', expected a number (--header=yes takes this line for a header)"
    refuses_text 'a\xff\n1\n' "line 1, column 0: 'a\\377', expected a name in UTF-8 (iconv converts it)"
    refuses_text '1\n0x10\n' "line 2, column 0: '0x10', expected a number"
    refuses_text '1\n1e400\n' "line 2, column 0: '1e400', expected a number that float64 holds"
    refuses_text '1\ninf\n' "line 2, column 0: 'inf', expected a number (--names takes a column of names, --columns leaves others out)"
    refuses_text '1\n1_000\n' "line 2, column 0: '1_000', expected a number"
    refuses_text '1,2\n"1,234.5",3\n' "line 2, column 0: '1,234.5', expected a number (--decimal=, reads decimal commas)"
    refuses_text '1;2\n3,4;5\n' "line 2, column 0: '3,4', expected a number (--decimal=, reads decimal commas)"
    refuses_text '1,2\n3;4\n' "line 2: 1 column, expected 2 as in the lines before" -c 1
    refuses_text '1,2\n3\n' 'line 2: 1 column, expected 2 as in the lines before'
    refuses_text '1,2\n3,4,5\n' 'line 2: 3 columns, expected 2 as in the lines before'
    refuses_text '1,"2\n3,4\n' 'line 1, column 1: a quote that is not closed, expected its end within 64 KiB'
    refuses_text '1,"2"3\n' 'line 1, column 1: text after a quote, expected a delimiter'
    refuses_text '1 2\n3 4x\n' "line 2, column 1: '4x', expected a number"
    refuses_text '' 'empty, expected numbers as text (did the program that writes it fail?)'
    refuses_text 'a,b\n' '0 rows of numbers after the header, expected at least 1'
    # A sanitizer takes terabytes of addresses for itself, an emulator (make check-cross) gigabytes.
    local size=1073741824 line limit=100000
    if grep -q -e __asan_init -e qemu "$BIN/csv-load"; then
        limit=unlimited
    fi
    for line in 'a field of more than 64 KiB, expected a shorter one|tr "\0" 1' \
        'a field of more than 64 KiB, expected a shorter one|tr "\0" " "' \
        'a field of more than 64 KiB, expected a shorter one|{ printf 1,; tr "\0" " "; }' \
        'a quote that is not closed, expected its end within 64 KiB|{ printf \"; tr "\0" 1; }'; do
        run -1 --separate-stderr bash -c "ulimit -v $limit; head -c $size /dev/zero | ${line#*|} | csv-load"
        assert_regex "$stderr$output" "^csv-load: stdin: line 1, column [01]: ${line%%|*}$"
    done
    run -1 --separate-stderr bash -c "ulimit -v $limit; yes 1, | tr -d '\n' | head -c $size | csv-load"
    assert_equal "$stderr$output" 'csv-load: stdin: line 1: more than 4194304 columns or 64 MiB, expected fewer'
    # Four million columns are no trouble: 8 bytes each, beside the line and the row.
    { yes 1, | head -n 4194303 | tr -d '\n' && echo 2; } >wide
    (ulimit -v "${limit/100000/150000}" && csv-load -o rows wide)
    run -0 stream-show -F rows,columns,high rows
    assert_output $'1\t4194304\t2'
}

@test "csv-load: lines that are not plain among many: rows and messages are the same, whatever threads and pieces there are" {
    oracle csv plain_lines
    oracle csv odd_lines
    oracle csv many_odd_lines
}

@test "csv-load: a reader that goes ends it in silence, a full disk with a message, on any thread" {
    seq 1000000 >text
    for threads in 1 2 7; do
        # shellcheck disable=SC2016 # of bash
        run -141 --separate-stderr env OMP_NUM_THREADS=$threads bash -c 'csv-load text | head -c 10 >/dev/null; exit "${PIPESTATUS[0]}"'
        assert_equal "$stderr" ''
        run -1 --separate-stderr env OMP_NUM_THREADS=$threads bash -c 'csv-load text >/dev/full'
        assert_equal "$stderr" 'csv-load: stdout: write failed: No space left on device'
    done
}

@test "csv-load: --verbose says what was found" {
    printf 'a;b\n1;2\n' >one
    printf '1 2\n' >two
    run -0 --separate-stderr csv-load -v -o out one two
    assert_equal "$stderr" "csv-load: one: delimiter ';', a header
csv-load: two: delimiter space, no header"
}

@test "csv-load: wrong options are usage errors" {
    local try="; try 'csv-load --help'" arg
    for arg in '' ab 1 - . e '"'; do
        refuses 2 "csv-load: --delimiter: '$arg', expected tab, space or one character that is in no number and no quote$try" csv-load -d "$arg"
    done
    refuses 2 "csv-load: --decimal: ';', expected . or ,$try" csv-load --decimal=';'
    refuses 2 "csv-load: --comment: '##', expected one character$try" csv-load --comment='##'
    refuses 2 "csv-load: --names: '', expected a column's number or name$try" csv-load -n ''
    refuses 2 "csv-load: --decimal=, with --delimiter=, expected another delimiter$try" csv-load -d , --decimal=,
}
