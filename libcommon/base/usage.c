#include "base/usage.h"

#include "base/msg.h"
#include "base/output.h"
#include "base/print.h"

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

void usage_print(const struct options_table *table)
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

void usage_complete(const struct options_table *table)
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

void usage_version(void)
{
    struct output *out = output_open_text(NULL);
    print_text(out, msg_tool());
    print_text(out, " (wavefill) " WAVEFILL_VERSION "\n");
    end(out);
}
