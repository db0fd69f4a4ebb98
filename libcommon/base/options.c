#include "base/options.h"

#include "base/fd.h"
#include "base/num.h"
#include "base/output.h"
#include "base/print.h"
#include "base/str.h"
#include "base/utf8.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79 };

static _Noreturn void end(struct output *out)
{
    output_close(out);
    exit(EXIT_SUCCESS);
}

static void indent(struct output *out, size_t columns)
{
    for (; columns > 0; columns--)
        print_text(out, " ");
}

/* Text from the present column on, `left`, where all its lines begin; and the end of the last. */
static void put_wrapped(struct output *out, size_t left, const char *text)
{
    size_t at = left;
    while (*text != '\0') {
        size_t n = strcspn(text, " \n");
        if (at > left && at + 1 + n > WIDTH) {
            print_text(out, "\n");
            indent(out, at = left);
        }
        print_text(out, at > left ? " " : "");
        output_write(out, text, n);
        at += n + (at > left);
        text += n;
        if (*text == '\n') {
            print_text(out, "\n");
            at = left;
        }
        text += *text != '\0';
    }
    print_text(out, "\n");
}

/* `  -d, --digits=LIST`. Returns its length, which snprintf knows. */
static size_t write_names(char *text, size_t size, const struct options_row *row)
{
    char letter[8] = "    ";
    if (row->letter != '\0')
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    const char *argument = row->argument != NULL ? row->argument : "";
    return (size_t)snprintf(text, size, "  %s--%s%s%s", letter, row->name,
                            row->argument != NULL ? "=" : "", argument);
}

/* The usage text, in lines of at most 79 columns. */
static _Noreturn void print_usage(const struct options_table *table)
{
    char text[512];
    size_t left = 0;
    struct output *out = output_open_text(NULL);
    print_text(out, "Usage: ");
    print_text(out, msg_tool());
    print_text(out, " ");
    put_wrapped(out, strlen("Usage:  ") + strlen(msg_tool()), table->synopsis);
    put_wrapped(out, 0, table->about);
    print_text(out, "\n");
    for (const struct options_row *row = table->rows; row->name != NULL; row++) {
        size_t n = write_names(text, sizeof text, row) + 2;
        left = n > left ? n : left;
    }
    for (const struct options_row *row = table->rows; row->name != NULL; row++) {
        size_t n = write_names(text, sizeof text, row);
        print_text(out, text);
        indent(out, left - n);
        snprintf(text, sizeof text, "%s%s", row->help,
                 row->adds ? "; may be given more than once" : "");
        put_wrapped(out, left, text);
    }
    end(out);
}

static bool takes_file(const struct options_row *row)
{
    return row->take == options_input || row->take == options_output || row->take == options_file;
}

/* A line an option, for the shells that complete it: its letter or -; its long name; - where it
 * takes no argument, FILE where that is a file, the words it can be, separated by commas, else
 * ANY; and its help; all separated by tabs. */
static _Noreturn void print_completions(const struct options_table *table)
{
    char text[1024];
    struct output *out = output_open_text(NULL);
    for (const struct options_row *row = table->rows; row->name != NULL; row++) {
        const char *argument = row->argument == NULL ? "-"
                               : takes_file(row)     ? "FILE"
                               : row->words != NULL  ? row->words
                                                     : "ANY";
        snprintf(text, sizeof text, "%c\t%s\t%s\t%s\n", row->letter != '\0' ? row->letter : '-',
                 row->name, argument, row->help);
        print_text(out, text);
    }
    end(out);
}

static _Noreturn void print_version(void)
{
    struct output *out = output_open_text(NULL);
    print_text(out, msg_tool());
    print_text(out, " (wavefill) " WAVEFILL_VERSION "\n");
    end(out);
}

/* No table has as many rows and other names. */
enum { MOST = 48 };

/* A long option is known to getopt_long as ROW_0 and the place of its row. */
enum { ROW_0 = 256 };

/* The command line so far: how often each option was given, and its argument of the last time. */
struct parser {
    const struct options_row *rows;
    struct option longs[MOST + 1];
    char letters[3 * MOST];
    unsigned times[MOST];
    const char *args[MOST];
};

static void declare(struct parser *p, const struct options_row *rows)
{
    size_t longs = 0;
    char *letters = p->letters;
    *letters++ = ':'; /* a missing argument is told from an unknown option */
    for (int i = 0; rows[i].name != NULL; i++) {
        int argument = rows[i].argument != NULL ? required_argument : no_argument;
        p->longs[longs++] = (struct option){rows[i].name, argument, NULL, ROW_0 + i};
        if (rows[i].alias != NULL)
            p->longs[longs++] = (struct option){rows[i].alias, argument, NULL, ROW_0 + i};
        if (rows[i].letter == '\0')
            continue;
        *letters++ = rows[i].letter;
        if (argument == required_argument)
            *letters++ = ':';
    }
    p->rows = rows;
}

/* A long name that is none, or short for more than one. */
static _Noreturn void wrong_name(const struct option *longs, const char *arg)
{
    size_t n = strcspn(arg, "=");
    const struct option *first = NULL;
    for (; longs->name != NULL; longs++) {
        if (n == 2 || strncmp(longs->name, arg + 2, n - 2) != 0)
            continue;
        if (first != NULL && first->val != longs->val)
            die_usage("option %.*s is ambiguous, expected --%s or --%s", (int)n, arg, first->name,
                      longs->name);
        first = longs;
    }
    die_usage("unknown option %.*s", (int)n, arg);
}

/* getopt_long says which letter it does not know, or of which long option it does not want the
 * argument, and nothing of a long option that it does not know. */
static _Noreturn void wrong_option(const struct parser *p, char **argv)
{
    if (optopt == 0)
        wrong_name(p->longs, argv[optind - 1]);
    if (optopt >= ROW_0)
        die_usage("option --%s takes no argument", p->rows[optopt - ROW_0].name);
    /* A character of several bytes is looked at before it is stepped over. */
    const char *at = argv[optind] != NULL ? strchr(argv[optind], optopt) : NULL;
    size_t length = at != NULL ? utf8_length(at, strlen(at)) : 0;
    if (length > 1)
        die_usage("unknown option -%.*s", (int)length, at);
    die_usage("unknown option -%c", optopt);
}

static _Noreturn void missing_argument(const struct parser *p)
{
    if (optopt >= ROW_0)
        die_usage("option --%s needs an argument", p->rows[optopt - ROW_0].name);
    die_usage("option -%c needs an argument", optopt);
}

static void take(struct parser *p, const struct options_table *table, int c, char *options)
{
    int i = c >= ROW_0 ? c - ROW_0 : 0;
    while (c < ROW_0 && p->rows[i].letter != c)
        i++;
    const struct options_row *row = &p->rows[i];
    p->times[i]++;
    p->args[i] = optarg;
    if (row->take != NULL)
        row->take(row, optarg, options + row->to);
    else if (row->letter == 'q')
        msg_set_quiet(true);
    else if (row->letter == 'h')
        print_usage(table);
    else
        print_version();
}

/* "a, b or c" of the list a,b,c, with `before` before each. Returns out. */
static const char *join(char *out, size_t size, const char *before, const char *list)
{
    size_t used = 0;
    const char *glue = "";
    for (struct str item; str_next_item(&list, &item);) {
        used += (size_t)snprintf(out + used, size - used, "%s%s%.*s", glue, before, (int)item.n,
                                 item.p);
        glue = list != NULL && strchr(list, ',') != NULL ? ", " : " or ";
    }
    return out;
}

/* Whether an option was given, with that argument where it is `name=argument`. */
static bool is_given(const struct parser *p, struct str option)
{
    size_t n = 0;
    while (n < option.n && option.p[n] != '=')
        n++;
    for (size_t i = 0; p->rows[i].name != NULL; i++)
        if (str_is((struct str){option.p, n}, p->rows[i].name) && p->times[i] > 0)
            return n == option.n ||
                   str_is((struct str){option.p + n + 1, option.n - n - 1}, p->args[i]);
    return false;
}

static void check_together(const struct parser *p, const struct options_row *row)
{
    bool needs = row->needs != NULL;
    char all[128];
    struct str other;
    for (const char *list = row->needs; str_next_item(&list, &other);)
        needs &= !is_given(p, other);
    if (needs)
        die_usage("--%s without %s, which it is for", row->name,
                  join(all, sizeof all, "--", row->needs));
    for (const char *list = row->excludes; str_next_item(&list, &other);)
        if (is_given(p, other))
            die_usage("--%s with --%.*s, expected one of them", row->name, (int)other.n, other.p);
}

char **options_parse(const struct options_table *table, int *argc, char **argv, void *options)
{
    struct parser p = {.letters = ""};
    int c;
    if (*argc == 2 && strcmp(argv[1], "--complete-options") == 0)
        print_completions(table);
    declare(&p, table->rows);
    opterr = 0;
    while ((c = getopt_long(*argc, argv, p.letters, p.longs, NULL)) != -1) {
        if (c == '?')
            wrong_option(&p, argv);
        if (c == ':')
            missing_argument(&p);
        take(&p, table, c, options);
    }
    for (size_t i = 0; p.rows[i].name != NULL; i++)
        if (p.times[i] > 1 && !p.rows[i].adds)
            die_usage("--%s given twice, expected it once", p.rows[i].name);
    for (size_t i = 0; p.rows[i].name != NULL; i++)
        if (p.times[i] > 0)
            check_together(&p, &p.rows[i]);
    *argc -= optind;
    return argv + optind;
}

void options_refuse(const struct options_row *row, const char *arg, const char *fmt, ...)
{
    char expected[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(expected, sizeof expected, fmt, args);
    va_end(args);
    die_usage("--%s: '%s', expected %s", row->name, arg, expected);
}

void options_flag(const struct options_row *row, const char *arg, void *to)
{
    (void)row;
    (void)arg;
    *(bool *)to = true;
}

void options_uint(const struct options_row *row, const char *arg, void *to)
{
    uint64_t *value = to;
    if (!num_parse_uint(arg, row->max, value) || *value < row->min)
        options_refuse(row, arg, "a number from %" PRIu64 " to %" PRIu64, row->min, row->max);
}

void options_position(const struct options_row *row, const char *arg, void *to)
{
    if (!num_parse_pos(arg, to))
        options_refuse(row, arg, "a number of columns, a fraction or a percentage");
}

static void check_spans(const struct options_row *row, const char *arg, bool good,
                        const struct num_span *spans, size_t count)
{
    if (!good)
        options_refuse(row, arg, "A:B, each an index, a fraction or a percentage");
    for (size_t i = 0; i < count; i++)
        if (!num_span_ordered(&spans[i]))
            options_refuse(row, arg, "A smaller than B");
}

void options_span(const struct options_row *row, const char *arg, void *to)
{
    check_spans(row, arg, num_parse_span(arg, to), to, 1);
}

void options_spans(const struct options_row *row, const char *arg, void *to)
{
    struct num_spans *list = to;
    bool good = num_parse_spans(arg, list);
    check_spans(row, arg, good, list->items, list->count);
}

void options_word(const struct options_row *row, const char *arg, void *to)
{
    int *place = to;
    char all[128];
    struct str word;
    *place = 0;
    for (const char *list = row->words; str_next_item(&list, &word); ++*place)
        if (str_is(word, arg != NULL ? arg : row->name))
            return;
    options_refuse(row, arg, "%s", join(all, sizeof all, "", row->words));
}

void options_numbers(const struct options_row *row, const char *arg, void *to)
{
    if (!num_parse_list(arg, row->max, to))
        options_refuse(row, arg, "numbers up to %" PRIu64 " and ranges such as 0,3-5", row->max);
}

void options_name(const struct options_row *row, const char *arg, void *to)
{
    (void)row;
    str_list_add(to, (struct str){arg, strlen(arg)});
}

void options_names(const struct options_row *row, const char *arg, void *to)
{
    struct str name;
    if (arg[0] == '\0')
        options_refuse(row, arg, "names separated by commas");
    for (const char *list = arg; str_next_item(&list, &name);)
        str_list_add(to, name);
}

void options_input(const struct options_row *row, const char *arg, void *to)
{
    if (arg[0] == '\0')
        options_refuse(row, arg, "a file");
    *(const char **)to = arg;
}

void options_output(const struct options_row *row, const char *arg, void *to)
{
    options_input(row, arg, to);
    if (fd_is_dash(arg))
        *(const char **)to = NULL;
}

void options_file(const struct options_row *row, const char *arg, void *to)
{
    options_input(row, arg, to);
    if (fd_is_dash(arg))
        options_refuse(row, arg, "a file: standard output has the rest");
}
