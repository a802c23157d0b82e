/*
 * hello SOCKET: the least that a FastCGI program can do, to compare with. Binds
 * SOCKET and answers every request with a line of text, in four threads that each
 * block in FCGX_Accept_r(); a request has a connection of its own. SIGTERM ends it.
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS = 4, BACKLOG = 4096 };

static void *
serve(void *argument)
{
    const int *listener = argument;
    FCGX_Request request;

    if (FCGX_InitRequest(&request, *listener, 0) != 0) {
        return NULL;
    }
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n",
                  request.out);
        FCGX_Finish_r(&request);
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int listener;

    if (argc != 2 || FCGX_Init() != 0) {
        fputs("usage: hello SOCKET\n", stderr);
        return 2;
    }
    listener = FCGX_OpenSocket(argv[1], BACKLOG);
    if (listener < 0) {
        perror("hello");
        return 1;
    }
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, serve, &listener) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    return 0;
}
