package io.outboxrelay.debezium.decode;

/** How the values of one column become what polling would read: the text that the database's own cast gives. */
public interface ValueForm {

    /** As text. */
    String text(Object value);

    /** As the bytes of a key or a payload, where binary values stay as they are. */
    byte[] bytes(Object value);
}
