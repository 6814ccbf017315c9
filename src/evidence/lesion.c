/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "evidence/lesion.h"

typedef struct {
  const gfloat *values;
  guint width;
  guint height;
  guint *group; /* number of the cell's group, from 1; 0 outside or not yet visited */
  gboolean changed;
} Map;

typedef struct {
  gdouble mass;
  guint x0, y0, x1, y1; /* first and last */
} Group;

static void
join (Map *map, guint cell, guint neighbour)
{
  if (map->group[neighbour] != 0 && map->group[neighbour] < map->group[cell]) {
    map->group[cell] = map->group[neighbour];
    map->changed = TRUE;
  }
}

/* The least number spreads over each group; a map has few cells, so this ends soon. */
static void
spread (Map *map)
{
  for (guint y = 0; y < map->height; y++) {
    for (guint x = 0; x < map->width; x++) {
      guint cell = y * map->width + x;

      if (map->group[cell] == 0)
        continue;
      if (x > 0)
        join (map, cell, cell - 1);
      if (y > 0)
        join (map, cell, cell - map->width);
      if (x + 1 < map->width)
        join (map, cell, cell + 1);
      if (y + 1 < map->height)
        join (map, cell, cell + map->width);
    }
  }
}

static Group
measure (const Map *map, guint number)
{
  Group group = { 0, map->width, map->height, 0, 0 };

  for (guint y = 0; y < map->height; y++) {
    for (guint x = 0; x < map->width; x++) {
      if (map->group[y * map->width + x] != number)
        continue;
      group.mass += map->values[y * map->width + x];
      group.x0 = MIN (group.x0, x);
      group.y0 = MIN (group.y0, y);
      group.x1 = MAX (group.x1, x);
      group.y1 = MAX (group.y1, y);
    }
  }
  return group;
}

void
derma_lesion_find (const gfloat *values, guint width, guint height, guint *scratch, DermaBox *box)
{
  Map map = { values, width, height, scratch, TRUE };
  guint n = width * height;
  gdouble most = 0;

  *box = (DermaBox){ 0 };
  for (guint i = 0; i < n; i++)
    scratch[i] = values[i] >= DERMA_LESION_CELL ? i + 1 : 0;
  while (map.changed) {
    map.changed = FALSE;
    spread (&map);
  }
  /* A group is numbered by its first cell. */
  for (guint i = 0; i < n; i++) {
    Group group;

    if (scratch[i] != i + 1)
      continue;
    group = measure (&map, i + 1);
    if (group.mass <= most)
      continue;
    most = group.mass;
    *box = (DermaBox){ (gfloat)group.x0 / width, (gfloat)group.y0 / height, (gfloat)(group.x1 + 1 - group.x0) / width,
                       (gfloat)(group.y1 + 1 - group.y0) / height };
  }
}

void
derma_lesion_place (DermaBox *box, const DermaRect *rect, const DermaFrame *frame)
{
  box->x = (rect->x + box->x * rect->width) / frame->width;
  box->y = (rect->y + box->y * rect->height) / frame->height;
  box->width *= (gfloat)rect->width / frame->width;
  box->height *= (gfloat)rect->height / frame->height;
}
