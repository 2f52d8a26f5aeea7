package io.outboxrelay.polling;

/**
 * A transaction that may still bring a row under a number drawn earlier, because it holds RowExclusiveLock on the sequence or
 * on the table.
 *
 * @param virtualTransaction as {@code pg_locks} names it; a transaction keeps the name until it ends or is prepared
 * @param prepared whether it belongs to no backend, which is how {@code pg_locks} shows a prepared transaction
 */
record LockHolder(String virtualTransaction, boolean prepared) {}
