#include "base/str.h"

#include "base/mem.h"

#include <string.h>

int str_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_next_item(const char **list, struct str *item)
{
    if (*list == NULL)
        return false;
    *item = (struct str){*list, strcspn(*list, ",")};
    *list = item->p[item->n] == ',' ? item->p + item->n + 1 : NULL;
    return true;
}

void str_list_add(struct str_list *list, struct str item)
{
    list->items = mem_room(list->items, list->count, sizeof *list->items);
    list->items[list->count++] = item;
}

struct str str_stem(struct str name)
{
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
        n--;
    bool framed = n > 1 && n < name.n && name.p[n - 1] == '@';
    return framed ? (struct str){name.p, n - 1} : name;
}
