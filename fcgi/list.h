/*
 * The list page: what it shows, its address, its filters, and the page with a form that
 * was filled in before.
 */
#ifndef NTHPI_LIST_H
#define NTHPI_LIST_H

#include "fcgi/form.h"
#include "fcgi/reply.h"

struct queue;

/* Rows of a first screen. */
enum { LIST_ROWS = 50 };

/* Room for an address of the list. */
enum { LIST_URL_SIZE = 256 };

/* What a list page shows. */
struct list {
    struct store_filter filter;
    struct store_cursor after, next;
    struct computation rows[LIST_ROWS];
    size_t count;
    struct computation first;     /* the row to highlight; id 0: none */
    struct queue *queue;          /* see estimate.h; NULL: none of them waits */
    int64_t counts[STATUS_COUNT]; /* of the filter in each status */
    int64_t revision;
    const struct request *sought; /* whose position to be found is none, or NULL */
};

/* PATH with FILTER, and the cursor AFTER (may be NULL) unless it is at the start, as
 * its query. */
void list_url(char out[LIST_URL_SIZE], const char *path,
              const struct store_filter *filter, const struct store_cursor *after);

/* Shows how PAGE (list.tpl) is filtered and sorted, NOW, in LANG, with links to the
 * other ways; COUNTS are the rows that NOW has in each status. */
void list_show_filters(enum lang lang, struct dict *page,
                       const struct store_filter *now,
                       const int64_t counts[STATUS_COUNT]);

/* Has the field that finds a position show what R, whose position is none, has typed
 * there, and what is wrong with it. After list_show_filters(). */
void list_show_sought(enum lang lang, struct dict *page, const struct request *r);

/* Leads R to the same list where its position is plain digits. False: it is so already,
 * or not given. */
bool list_lead_to_plain(const struct request *r, struct reply *reply);

/* Sends LIST with FORM as STATUS, with ETAG (may be NULL). R is the request of the
 * page, or NULL for an answer to a form, which does not reload itself. Any thread. */
void list_send(struct context *ctx, const struct request *r, struct reply *reply,
               int status, const struct list *list, const struct form *form,
               const char *etag);

/* Answers with the whole list and FORM, as STATUS: the answer to a form that
 * cannot be accepted. Headers set before are kept. */
void list_with_form(struct context *ctx, struct reply *reply, int status,
                    const struct form *form);

#endif
