package io.outboxrelay.debezium;

/**
 * A place in the database's log from which reading may go on. Known only to the {@link ChangeLog} that made it; marks of one
 * attempt never go back.
 */
public interface LogMark {}
