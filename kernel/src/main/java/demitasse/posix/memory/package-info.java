/**
 * The memory of a process: mappings, demand paging, copy-on-write, and the only way into user memory.
 *
 * <p>A {@link demitasse.posix.memory.UserSpace} keeps its {@linkplain demitasse.posix.memory.Mapping
 * mappings} sorted ({@link demitasse.posix.memory.Mappings}) and the pages that are present in the platform's
 * page tables ({@link demitasse.posix.memory.ResidentPages}). The page tables are the only record of which
 * frame is where. What holds at all times:
 * <ul>
 *   <li>Each present page holds one reference to its frame.
 *   <li>A page allows no more than its mapping does. In a private mapping it allows writing only while its
 *       frame has one holder; so a fork has to do no more than take the write permission away and retain
 *       every frame.
 *   <li>A mapping that allows nothing has its pages present but denied.
 *   <li>Writing and executing exclude each other (W^X) unless the image allows it.
 * </ul>
 * {@link demitasse.posix.memory.Pager} brings pages in, {@link demitasse.posix.memory.UserAccess} copies from
 * and to user memory page by page through frames: a bad address is -EFAULT, never a fault inside the kernel.
 *
 * <p>When no frame is left, whoever brings a page in, the program or the kernel for it, asks a {@link
 * demitasse.posix.memory.Relief}, which is posix.task's OutOfMemory: it kills a process and has {@link
 * demitasse.posix.memory.UserSpace#reap} give its private pages back at once.
 *
 * <p>Not here: page tables (platform, alloc), what a system call checks before it gets here (syscall.memory),
 * loading programs (posix.exec).
 *
 * <p>Tests: a model of pages under random mmap, munmap, mprotect, mremap and accesses; refusal of every n-th
 * frame.
 */
package demitasse.posix.memory;
