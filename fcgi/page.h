/*
 * What all HTML pages have in common: head and foot, ETags, sending.
 */
#ifndef NTHPI_PAGE_H
#define NTHPI_PAGE_H

#include "fcgi/app.h"
#include "fcgi/reply.h"
#include "fcgi/request.h"
#include "fcgi/view.h"

#include <stdbool.h>
#include <stdint.h>

struct form;

enum { PAGE_ETAG_SIZE = 96, PAGE_SITE_SIZE = 280 };

/* What of a request decides which page it gets: the cookie may name a language. */
#define PAGE_VARY "Accept, Accept-Encoding, Accept-Language, Cookie"

/* What the site's navigation marks as the place of a page. */
enum page_place {
    PAGE_ELSEWHERE,
    PAGE_LIST,
    PAGE_BELOW_LIST, /* a page that the list leads to */
    PAGE_SEARCH,
    PAGE_PICTURES,
    PAGE_API,
    PAGE_DIGITS, /* below the list, too; long, and drawn as it comes */
};

/*
 * A page's dictionary with its common parts (head.tpl, foot.tpl) filled in;
 * TITLE is plain text, PLACE what the navigation marks. NULL: no memory
 * (page_send() answers it). With RELOAD, its request, the page reloads itself every
 * 10 s where JavaScript is off; such a page must not show fields to type in there
 * (see noscript.css). The caller gives it to page_send(), or frees it.
 */
struct dict *page_new(const char *title, enum page_place place,
                      const struct request *reload);

/* The same for the answer to FORM, which has no address to come back to: who switches
 * the language there gets a page with what he typed. */
struct dict *page_new_answer(const char *title, enum page_place place,
                             const struct form *form);

/*
 * The ETag of a page that shows the database at REVISION, for everybody: it
 * changes with the program, its templates, the language, the form's token, what is said
 * of an absent daemon (pulse.h), and MORE (a number for what else the page depends on,
 * or 0). Returns true when the visitor has
 * this very page: REPLY is then a 304 and the caller is done.
 */
bool page_not_modified(struct context *ctx, const struct request *r,
                       struct reply *reply, int64_t revision, int64_t more,
                       char etag[PAGE_ETAG_SIZE]);

/* The same for a page without a form that shows what never changes: its ETag is that
 * of the program, its templates, and MORE. */
bool page_not_modified_fixed(struct context *ctx, const struct request *r,
                             struct reply *reply, int64_t more,
                             char etag[PAGE_ETAG_SIZE]);

/* Renders TEMPLATE with D into REPLY and frees D. ETAG may be NULL: a page that
 * is not to be stored. Memory or template trouble becomes a plain 500. */
void page_send(struct context *ctx, struct reply *reply, int status,
               const char *template_name, struct dict *d, const char *etag);

/* Sets the form's token where the template has {{CSRF}}: the one for everybody, or
 * with R one for its visitor alone (see proof.h), on a page that nobody else gets. */
void page_set_csrf(struct context *ctx, struct dict *d, const struct request *r);

/* Answers WAIT with {"revision", "html", "live"} of a page's live part, and with what
 * pulse_tell() adds: renders TEMPLATE with D, frees D. LIVE is false when nothing will
 * change any more. */
void page_send_live(struct context *ctx, const struct wait *wait, struct reply *reply,
                    int64_t revision, const char *template_name, struct dict *d,
                    bool live);

/* The site's address as R's visitor knows it, for texts that are copied: the option
 * public-url, else the name that he came by where it is made of what names and ports
 * are made of; without a slash at its end. Any thread. */
void page_site_address(char site[PAGE_SITE_SIZE], const struct conf *conf,
                       const struct request *r);

#endif
