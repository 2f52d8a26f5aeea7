package io.outboxrelay.outbox;

/**
 * How far a source got, in the source's own terms (a sequence number, an LSN, a GTID set). Opaque to everything but the
 * source that made it: the engine hands positions back and compares them by {@link Object#equals} only, it never orders
 * them or invents one.
 *
 * <p>Implementations are immutable and safe to pass between threads.
 */
public interface Position {}
