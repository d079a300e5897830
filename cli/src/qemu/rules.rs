//! What makes a stream one that QEMU refuses, as far as the stream alone tells.
