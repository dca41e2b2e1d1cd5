// What the allocator is told. Cold.
// Read by jemalloc before main; the environment's MALLOC_CONF counts for more. By default it gives
// memory of 8 MiB and more back to the system as soon as it is freed, and an epoch's legs and
// outputs, which are as large, would be got and cleared page by page each time.
extern "C" {
const char* malloc_conf = "oversize_threshold:0";
}
