/**
 * Virtio 1.2 devices: the transports over MMIO and PCI, split virtqueues, the console with several ports, and the
 * network device.
 *
 * <p>A driver never sleeps and never runs in an interrupt: the platform notes that a device has raised its line, and
 * the event loop has the driver acknowledge the line before it looks at the rings. Rings are shared with the device, so
 * they are read with {@code *Acquire} and published with {@code *Release}; device registers too,
 * because plain accesses may be merged.
 *
 * <p>Only modern devices (version 1) are driven; the legacy interface is from before there was a standard. Whatever a
 * device answers, the driver stays inside its own memory: ids and lengths from a ring are checked.
 */
package demitasse.driver.virtio;
