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

static bool look(const char *path, struct stat *file)
{
    return (fd_is_dash(path) ? fstat(STDIN_FILENO, file) : stat(path, file)) == 0;
}

void input_note(const char *path)
{
    static bool from_stdin;
    struct stat st;
    if (fd_is_dash(path) && from_stdin)
        die_usage("two inputs on standard input, expected one in a file");
    const char *same = look(path, &st) && S_ISFIFO(st.st_mode) ? input_find(&st) : NULL;
    if (same != NULL)
        die_usage("%s and %s are one pipe, which can be read once, expected a file", same,
                  fd_shown(path));
    from_stdin |= fd_is_dash(path);
    input_note_file(path);
}

void input_note_file(const char *path)
{
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
        if (look(inputs[i], &st) && path_is_same_file(&st, file))
            return fd_shown(inputs[i]);
    }
    return NULL;
}

int input_open(const char *path, const char *expected)
{
    struct stat st;
    int fd = fd_open_input(path);
    if (fd < 0)
        die_errno(fd_shown(path), "cannot be opened");
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        die(fd_shown(path), "a directory, expected %s", expected);
    return fd;
}
