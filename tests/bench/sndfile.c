/* libsndfile in C: reads every file of a folder, prints the number of samples. */
#include <dirent.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    static short samples[1 << 20];
    long total = 0;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (dir == NULL)
        return 1;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        SF_INFO info = {0};
        SNDFILE *file = sf_open(path, SFM_READ, &info);
        if (file == NULL)
            return 1;
        total += sf_read_short(file, samples, 1 << 20);
        sf_close(file);
    }
    closedir(dir);
    printf("%ld\n", total);
    return 0;
}
