/*
 * The handlers that the router's table names: one for each endpoint. Each
 * answers a request whose method and parameters were already checked (see
 * router.c for what each route takes) and fills REPLY; none keeps a pointer
 * into R. They run on any request thread.
 */
#ifndef NTHPI_HANDLERS_H
#define NTHPI_HANDLERS_H

#include "fcgi/router.h"
#include "fcgi/updates.h" /* updates_handler */

/* Pages. */
handler page_list;           /* GET / */
handler page_list_refused;   /* the same with a bad parameter: 400 */
handler page_list_elsewhere; /* GET /computations, where forms are sent: to GET / */
handler page_computation;    /* GET /computations/ID; JSON: its live part */
handler page_report;         /* GET /computations/ID.txt */
handler page_delete_confirm; /* GET /computations/ID/delete */
handler page_pi;             /* GET /pi/N; JSON: its live part */
handler page_pi_refused;     /* the same with a bad parameter: 400 */
handler page_text;           /* GET /pi/N.txt */
handler page_api;            /* GET /api: about the API */
handler page_search;         /* GET /search; JSON: the answer alone */
handler page_pictures;       /* GET /pictures */
handler page_picture;        /* GET /pictures/NAME.svg */
handler page_health;         /* GET /healthz */
handler page_metrics;        /* GET /metrics */

/* Forms; their CSRF token was checked, but for those _refused. */
handler post_add;            /* POST /computations */
handler post_add_refused;    /* the same with a wrong token: 403, and the form again */
handler post_bulk;           /* POST /computations/bulk */
handler page_bulk_confirm; /* GET /computations/bulk: is it to be deleted? */
handler post_bulk_refused;   /* the same with a wrong token: 403, to confirm */
handler post_cancel;         /* POST /computations/ID/cancel */
handler post_retry;          /* POST /computations/ID/retry */
handler post_delete;         /* POST /computations/ID/delete */
handler post_action_refused; /* the three with a wrong token: 403, to confirm */

/* The same digit by different algorithms. */
handler page_compare;         /* GET /computations/ID/compare; JSON: its live part */
handler post_compare;         /* POST /computations/ID/compare */
handler post_compare_refused; /* the same with a wrong token: 403, the page again */

/* The JSON API. */
handler api_list;   /* GET /api/v1/computations */
handler api_add;    /* POST /api/v1/computations */
handler api_get;    /* GET /api/v1/computations/ID */
handler api_delete; /* DELETE /api/v1/computations/ID */
handler api_cancel; /* POST /api/v1/computations/ID/cancel */
handler api_retry;  /* POST /api/v1/computations/ID/retry */
handler api_pi;     /* GET /v1/pi, the pi.delivery API; reads its query itself */

/* The language; needs no token. */
handler post_language; /* POST /language/LANG */

#endif
