package io.outboxrelay.debezium.decode;

import org.apache.kafka.connect.data.Field;

/** How a database renders its types. */
@FunctionalInterface
public interface Rendering {

    /**
     * The form of a column.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED for a type whose text cannot be had from the log
     */
    ValueForm formOf(Field column);
}
