/*
 * The offer to compute the same digit by another algorithm: on the page of a
 * computation, and on that of its comparison.
 */
#include "fcgi/compare.h"

#include "fcgi/estimate.h"
#include "fcgi/page.h"

#include <sodium.h>
#include <string.h>

static void
show_offer(const struct context *ctx, struct dict *form, const struct compare *compare,
           enum algorithm algorithm)
{
    static const enum text_key lines[ALGORITHM_COUNT] = {
        [ALGORITHM_AUTO] = TEXT_ALGORITHM_AUTO,
        [ALGORITHM_SPIGOT] = TEXT_ALGORITHM_SPIGOT,
        [ALGORITHM_CHUDNOVSKY] = TEXT_ALGORITHM_CHUDNOVSKY,
        [ALGORITHM_BBP] = TEXT_ALGORITHM_BBP,
    };
    const struct computation *c = &compare->rows[0];
    char text[TEXT_SIZE];
    struct dict *choice = dict_section(form, VIEW_ALGORITHM_CHOICE);
    dict_set(choice, VIEW_VALUE, algorithm_name(algorithm));
    text_fill(text, sizeof text, text_get(ctx->lang, TEXT_COMPARE_ASK), "algorithm",
              algorithm_name(algorithm), NULL);
    dict_set(choice, VIEW_LABEL, text);
    dict_set(choice, VIEW_EXPLANATION, text_get(ctx->lang, lines[algorithm]));
    estimate_of(ctx, &compare->costs, c->radix, c->position, algorithm, text);
    if (text[0] != '\0')
        dict_set(dict_section(choice, VIEW_COSTS), VIEW_ESTIMATE, text);
}

size_t
compare_show_offers(struct context *ctx, struct dict *d, const struct request *r,
                    const struct compare *compare)
{
    struct dict *form = NULL;
    size_t count = 0;
    for (int a = ALGORITHM_SPIGOT; a < ALGORITHM_COUNT; a++) {
        if (!compare_offers(compare, &ctx->app->conf->limits, (enum algorithm)a))
            continue;
        if (count++ == 0) {
            form = dict_include(d, VIEW_OFFERS, "compare_offer.tpl");
            dict_set_int(form, VIEW_ID, compare->rows[0].id);
            page_set_csrf(ctx, form, r);
        }
        show_offer(ctx, form, compare, (enum algorithm)a);
    }
    return count;
}

int64_t
compare_version(const struct context *ctx, const struct compare *compare)
{
    const struct limits *limits = &ctx->app->conf->limits;
    const struct computation *c = compare->rows;
    const uint64_t most[] = {limits->spigot, limits->chudnovsky, limits->bbp};
    unsigned char hash[crypto_generichash_BYTES];
    char text[TEXT_SIZE];
    int64_t version;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const unsigned char *)most, sizeof most);
    for (int a = ALGORITHM_SPIGOT; a < ALGORITHM_COUNT; a++) {
        text[0] = '\0';
        if (compare_offers(compare, limits, (enum algorithm)a))
            estimate_of(ctx, &compare->costs, c->radix, c->position, (enum algorithm)a,
                        text);
        /* With its end, so that two texts are not taken for another two. */
        crypto_generichash_update(&state, (const unsigned char *)text,
                                  strlen(text) + 1);
    }
    for (size_t i = 0; i < compare->count; i++) {
        const int64_t row[] = {c[i].id, c[i].revision};
        crypto_generichash_update(&state, (const unsigned char *)row, sizeof row);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    memcpy(&version, hash, sizeof version);
    return version;
}
