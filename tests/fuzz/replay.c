/* replay FILE...: gives each file to the fuzz target that this is linked with, and says so
 * before it does. Any compiler will do; built with sanitizers, it sees what they see. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A target that hangs must not hang the tests. */
enum { SECONDS_A_FILE = 60 };

static struct bytes read_file(const char *path)
{
    enum { MOST = 1 << 20 };
    static uint8_t room[MOST];
    FILE *f = fopen(path, "rb");
    size_t n = f != NULL ? fread(room, 1, MOST, f) : 0;
    if (f == NULL || ferror(f) || n == MOST) {
        fprintf(stderr, "%s: cannot be read, or is not less than 1 MiB\n", path);
        exit(EXIT_FAILURE);
    }
    fclose(f);
    return (struct bytes){room, n};
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        printf("%s\n", argv[i]);
        fflush(stdout);
        struct bytes bytes = read_file(argv[i]);
        uint8_t *copy = fuzz_copy(bytes);
        alarm(SECONDS_A_FILE);
        LLVMFuzzerTestOneInput(copy, bytes.n);
        free(copy);
    }
    alarm(0);
    printf("%d inputs\n", argc - 1);
    return EXIT_SUCCESS;
}
