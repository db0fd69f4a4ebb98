#include "base/input.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/path.h"

#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static const char **inputs;
static size_t count;

void input_note(const char *path)
{
    static bool from_stdin;
    if (fd_is_dash(path) && from_stdin)
        die_usage("two inputs on standard input, expected one in a file");
    from_stdin |= fd_is_dash(path);
    inputs = mem_room(inputs, count, sizeof *inputs);
    inputs[count++] = path;
}

void input_note_all(char *const paths[], int paths_count, int least)
{
    for (int i = 0; i < paths_count; i++)
        input_note(paths[i]);
    if (paths_count < least)
        input_note("-");
}

const char *input_find(const struct stat *file)
{
    for (size_t i = 0; i < count; i++) {
        struct stat st;
        bool found =
            fd_is_dash(inputs[i]) ? fstat(STDIN_FILENO, &st) == 0 : stat(inputs[i], &st) == 0;
        if (found && path_is_same_file(&st, file))
            return fd_shown(inputs[i]);
    }
    return NULL;
}
