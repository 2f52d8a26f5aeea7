package io.outboxrelay.debezium.decode;

/** How the values of one column become what polling would read: the text that the database's own cast gives. */
public interface ValueForm {

    /** What a value is to be: text, as of an id, a topic or a header; or bytes, as of a key or a payload, where binary values stay as they are. */
    enum Use {
        TEXT,
        BYTES
    }

    /** As text. */
    String text(Object value);

    /** As the bytes of a message. */
    byte[] bytes(Object value);
}
