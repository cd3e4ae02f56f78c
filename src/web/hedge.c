#include "web/hedge.h"

#include "web/assets.h"

#define STEM_STEP       7
#define STEM_WIDTH      5
#define HEDGE_MAX_BYTES (1u << 20)

struct html hedge_draw(struct arena *arena, const enum page_state *states, size_t count, int scale_tenths)
{
    AUTO_BUF buf;
    buf_init(&buf, HEDGE_MAX_BYTES);
    int width = count ? (int)count * STEM_STEP - (STEM_STEP - STEM_WIDTH) : STEM_WIDTH;
    buf_printf(&buf, "<svg class=\"lt-hedge\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d 25\" aria-hidden=\"true\">",
               width * scale_tenths / 10, 25 * scale_tenths / 10, width);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        bool is_run = states[i] == PAGE_STATE_OK || states[i] == PAGE_STATE_DOING;
        while (is_run && end < count && states[end] == states[i])
            end++;
        int x = (int)i * STEM_STEP, w = (int)(end - i) * STEM_STEP - (STEM_STEP - STEM_WIDTH);
        if (states[i] == PAGE_STATE_OK)
            buf_printf(&buf,
                       "<path class=\"k-ok\" d=\"M%d 11h%d\"/><path class=\"s-node\" d=\"M%d 7.5h%dM%d 14.5h%d\"/>", x,
                       w, x, w, x, w);
        else if (states[i] == PAGE_STATE_DOING)
            buf_printf(&buf, "<path class=\"k-doing\" d=\"M%d 15.5h%d\"/><path class=\"s-node\" d=\"M%d 14.5h%d\"/>", x,
                       w, x, w);
        else if (states[i] != PAGE_STATE_NONE)
            buf_printf(&buf, "<use href=\"%.*s#s-%.*s\" x=\"%d\"/>", STR_ARG(ASSET_SPRITE_SVG),
                       STR_ARG(page_state_name(states[i])), x);
        i = end;
    }
    buf_printf(&buf, "<path class=\"s-root\" d=\"M0 23.5h%d\"/></svg>", width);
    return html_trust(buf.failed ? STR_NONE : arena_str(arena, buf_str(&buf)));
}
