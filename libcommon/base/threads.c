#include "base/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* OMP_NUM_THREADS rules, as for other programs of the kind, which may be a list, a number for
 * each level of threads within threads. */
unsigned threads_default(void)
{
    const char *list = getenv("OMP_NUM_THREADS");
    char *end;
    long n = list != NULL ? strtol(list, &end, 10) : 0;
    if (n > 0 && (*end == '\0' || *end == ','))
        return n < THREADS_MAX ? (unsigned)n : THREADS_MAX;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 64 ? 64 : (unsigned)processors;
}

static struct {
    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t begun, done;
    unsigned threads; /* the caller's too; 0: none has been started */
    void (*work)(void *data, unsigned i);
    void *data;
    unsigned next, count,
        left; /* the part to take next, of so many; those that have not returned */
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER,
          .begun = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER};

/* Works while there are parts to take; the mutex is held before and after. */
static void take_parts(void)
{
    while (pool.next < pool.count) {
        unsigned i = pool.next++;
        pthread_mutex_unlock(&pool.mutex);
        pool.work(pool.data, i);
        pthread_mutex_lock(&pool.mutex);
        if (--pool.left == 0)
            pthread_cond_signal(&pool.done);
    }
}

static void *serve(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&pool.mutex);
    for (;;) {
        take_parts();
        pthread_cond_wait(&pool.begun, &pool.mutex);
    }
    return NULL;
}

/* No signal is theirs, for handlers change and read data of the main thread. But that of a pipe
 * whose reader has gone comes to the thread that writes: blocked, it would become an error. */
static void start(void)
{
    pthread_t thread;
    sigset_t signals, old;
    unsigned wanted = threads_default();
    sigfillset(&signals);
    sigdelset(&signals, SIGPIPE);
    pthread_sigmask(SIG_SETMASK, &signals, &old);
    pool.threads = 1;
    while (pool.threads < wanted && pthread_create(&thread, NULL, serve, NULL) == 0)
        pool.threads++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void threads_share(unsigned count, void (*work)(void *data, unsigned i), void *data)
{
    if (count > 1 && pool.threads == 0)
        start();
    pthread_mutex_lock(&pool.mutex);
    pool.work = work;
    pool.data = data;
    pool.next = 0;
    pool.count = pool.left = count;
    if (count > 1)
        pthread_cond_broadcast(&pool.begun);
    take_parts();
    while (pool.left > 0)
        pthread_cond_wait(&pool.done, &pool.mutex);
    pthread_mutex_unlock(&pool.mutex);
}
