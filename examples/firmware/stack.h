/* How much stack a function uses: paint what is free, call, look how far the paint is gone. */
#ifndef STACK_H
#define STACK_H

#include <stdint.h>

/* Calls function(argument), stores its result, and returns the bytes of stack that it took. */
uint32_t stack_used_by(int (*function)(void *), void *argument, int *result);

#endif
