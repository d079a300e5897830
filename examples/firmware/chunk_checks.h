/* The checks of images as chunks. */
#ifndef CHUNK_CHECKS_H
#define CHUNK_CHECKS_H

void chunk_checks(void);

#endif
