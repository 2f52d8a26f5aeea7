package io.outboxrelay.demo;

import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One record of a topic, as the view shows it.
 *
 * @param headers {@code name=value}, in the order of the record, long values cut
 */
record Arrival(String topic, int partition, long offset, String key, String headers) {
    private static final int HEADER_VALUE_MAX = 14;
    private static final int HEADER_VALUE_CUT = 7;

    static Arrival of(ConsumerRecord<byte[], byte[]> record) {
        StringJoiner headers = new StringJoiner(" ");
        for (Header header : record.headers()) {
            headers.add(header.key() + "=" + cut(text(header.value())));
        }
        return new Arrival(record.topic(), record.partition(), record.offset(), text(record.key()), headers.toString());
    }

    private static String cut(String value) {
        return value.length() <= HEADER_VALUE_MAX ? value : value.substring(0, HEADER_VALUE_CUT) + "..";
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "(null)" : new String(bytes, StandardCharsets.UTF_8);
    }
}
