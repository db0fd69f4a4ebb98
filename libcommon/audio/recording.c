#include "audio/recording.h"

#include "base/whole_file.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int compare(const void *x, const void *y)
{
    const struct recording *a = x;
    const struct recording *b = y;
    if (a->is_fsdd != b->is_fsdd)
        return a->is_fsdd ? -1 : 1;
    int by_name = a->is_fsdd ? fsdd_compare(&a->name, &b->name) : 0;
    if (by_name == 0 && a->is_fsdd)
        by_name = strcmp(a->name.stem.p, b->name.stem.p); /* 0_a_1.flac, 0_a_1.wav, 00_a_1.wav */
    return by_name != 0 ? by_name : (a->order > b->order) - (a->order < b->order);
}

void recording_sort(struct recording *clips, size_t count)
{
    qsort(clips, count, sizeof *clips, compare);
}

/* Appends text as one word of a shell command. Bytes that a message would not show as
 * they are go through printf(1), so that the command can be pasted. */
static void append_word(char *command, size_t size, const char *text)
{
    bool plain = true;
    for (size_t left = strlen(text), n; left > 0; left -= n) {
        n = utf8_printable(text + strlen(text) - left, left);
        plain &= n > 0;
        n += n == 0;
    }
    size_t at = strlen(command);
    at += (size_t)snprintf(command + at, size - at, plain ? "'" : "\"$(printf '");
    for (const char *p = text; *p != '\0' && at + 8 < size; p++) {
        unsigned c = (unsigned char)*p;
        if (*p == '\'')
            at += (size_t)snprintf(command + at, size - at, plain ? "'\\''" : "\\047");
        else if (!plain && (c < 0x20 || c >= 0x7f || c == '%' || c == '\\'))
            at += (size_t)snprintf(command + at, size - at, "\\%03o", c);
        else
            command[at++] = *p;
        command[at] = '\0';
    }
    snprintf(command + at, size - at, plain ? "'" : "')\"");
}

/* What SoX takes for a pattern in a name. */
#define SOX_PATTERN "*?[]{}~\\"

/* path as SoX takes it for that file: not for an option, a command or an address, with
 * what would be a pattern escaped. */
static void sox_name(char *name, size_t size, const char *path)
{
    size_t n = (size_t)snprintf(name, size, "%s", path[0] == '/' || path[0] == '.' ? "" : "./");
    for (; *path != '\0' && n + 3 < size; path++) {
        if (strchr(SOX_PATTERN, *path) != NULL)
            name[n++] = '\\';
        name[n++] = *path;
    }
    name[n] = '\0';
}

const char *recording_mend(const struct recording *clip, const char *tag, const char *effect)
{
    static char command[12000];
    char in[4096] = "-";
    char out[4096];
    bool typed =
        !whole_file_is_stdin(clip->path) && strcasecmp(clip->name.extension, clip->type) == 0;
    const char *path = whole_file_is_stdin(clip->path) ? "stdin" : clip->path;
    size_t stem = whole_file_is_stdin(clip->path)
                      ? strlen(path)
                      : (size_t)(clip->name.stem.p - path) + clip->name.stem.n;
    snprintf(out, sizeof out, "%s%.*s%s.%s", path[0] == '/' || path[0] == '.' ? "" : "./",
             stem < 3900 ? (int)stem : 3900, path, tag, typed ? clip->name.extension : "wav");
    /* As an output a pattern that matches would overwrite what it matches. */
    for (char *p = out; *p != '\0'; p++)
        if (strchr(SOX_PATTERN, *p) != NULL)
            *p = '_';
    if (!whole_file_is_stdin(clip->path))
        sox_name(in, sizeof in, path);
    snprintf(command, sizeof command, "sox %s", typed ? "" : "-t wav ");
    if (whole_file_is_stdin(clip->path))
        snprintf(command + strlen(command), sizeof command - strlen(command), "-");
    else
        append_word(command, sizeof command, in);
    snprintf(command + strlen(command), sizeof command - strlen(command), " ");
    append_word(command, sizeof command, out);
    snprintf(command + strlen(command), sizeof command - strlen(command), " %s", effect);
    return command;
}
