/**
 * Keys and keyrings, keyrings(7): bytes that programs leave with the kernel, found by name in the keyrings of a thread,
 * a process, a session or a user, with rights of their own.
 *
 * <p>{@link demitasse.posix.key.Keys} has all of them and the quotas; {@link demitasse.posix.key.KeyLookup} turns
 * the numbers of keyctl(2) into keys, {@link demitasse.posix.key.KeySearch} walks keyrings. What a task has by itself
 * stands in its credentials ({@link demitasse.posix.key.Keyrings}), which are shared and never given back: so nobody
 * counts who holds a key, but before a key is looked for, those that no task reaches any more are dropped ({@code
 * Keys.collect}).
 *
 * <p>Not here: /sbin/request-key is never started, so no key is ever under construction. To test:
 * {@code test/conformance/keys.c}.
 */
package demitasse.posix.key;
