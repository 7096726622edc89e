/**
 * Namespaces, namespaces(7): what processes see of the instance. A task has a {@link
 * demitasse.posix.namespace.NamespaceSet}, struct nsproxy of Linux, that it shares with the tasks it makes until one of
 * them asks for another namespace; its user namespace is part of its credentials. {@link
 * demitasse.posix.namespace.Namespaces} is what an instance begins with, and makes new ones.
 *
 * <p>A namespace is held by the sets it is in and by its file (nsfs of Linux, {@link
 * demitasse.posix.namespace.NamespaceInode}), which /proc/PID/ns leads to and which may be bound to a place; with the
 * last of these its mounts and IPC objects go. The first namespaces are never counted down to nothing, since the set
 * that an instance begins with stays.
 *
 * <p>Numbers of processes and of users that the kernel keeps are those of the first namespaces; they are translated
 * where a program says or is told one, see {@link demitasse.posix.namespace.PidNamespace} and {@link
 * demitasse.posix.namespace.UserNamespace}.
 *
 * <p>A program that makes no namespace pays a pointer per task, and one count when a task begins or ends. Handlers ask
 * the task's set for what belongs to a namespace, never the instance.
 *
 * <p>To test: {@code test/conformance/namespaces*.c}, as root.
 */
package demitasse.posix.namespace;
