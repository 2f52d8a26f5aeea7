package io.outboxrelay.bench.stage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The events of a run, all derived from their numbers 0, 1, 2, ..., so that the judge needs no list of them. Consecutive numbers
 * form a transaction, and the transactions go round the writers. A key belongs to one writer, which commits its transactions in
 * their order: so for each key the numbers ascend. Immutable.
 *
 * @param events how many
 * @param rowsPerTransaction rows that are committed together
 * @param writers how many write at the same time
 * @param keys how many different keys
 * @param payloadBytes the size of a payload, about
 */
public record Workload(long events, int rowsPerTransaction, int writers, int keys, int payloadBytes) {
    public static final String AGGREGATE_TYPE = "order";
    public static final String EVENT_TYPE = "OrderPaid";

    private static final String HEX = "0123456789abcdef";
    private static final String PAYLOAD_HEAD = "{\"n\": ";
    private static final byte[] HEAD_BYTES = PAYLOAD_HEAD.getBytes(StandardCharsets.US_ASCII);

    /** How many transactions write them. */
    public long transactions() {
        return (events + rowsPerTransaction - 1) / rowsPerTransaction;
    }

    /** Which writer an event belongs to, from 0. */
    public int writerOf(long number) {
        return (int) (number / rowsPerTransaction % writers);
    }

    /** Which key an event has, from 0. */
    public int keyIndexOf(long number) {
        int keysPerWriter = Math.max(1, keys / writers);
        return Math.floorMod(mix(number), keysPerWriter) * writers + writerOf(number);
    }

    public static String key(int index) {
        return "order-" + index;
    }

    /** The event's id, in the form of a UUID and as random as one. */
    public static String idOf(long number) {
        StringBuilder id = new StringBuilder(36);
        hex(id, mix(number ^ 0x5bd1e995L), 16);
        hex(id, mix(number + 0x7f4a7c15L), 16);
        return id.insert(20, '-').insert(16, '-').insert(12, '-').insert(8, '-').toString();
    }

    /** JSON as the type {@code jsonb} renders it, so that it comes back byte for byte. */
    public String payloadOf(long number) {
        StringBuilder json = new StringBuilder(payloadBytes + 32);
        json.append(PAYLOAD_HEAD).append(number);
        json.append(", \"sku\": \"SKU-").append(Math.floorMod(mix(number + 1), 10_000));
        json.append("\", \"price\": ").append(Math.floorMod(mix(number + 2), 100_000));
        json.append(", \"amount\": ").append(1 + Math.floorMod(mix(number + 3), 9));
        json.append(", \"status\": \"PAID\", \"comment\": \"");
        long word = 0;
        while (json.length() < payloadBytes - 2) {
            hex(json, mix(number * 31 + word++), Math.min(16, payloadBytes - 2 - json.length()));
        }
        return json.append("\"}").toString();
    }

    /** The number in a payload, or -1 where there is none. */
    public static long numberIn(byte[] payload) {
        int at = HEAD_BYTES.length;
        if (payload.length < at || !Arrays.equals(payload, 0, at, HEAD_BYTES, 0, at)) {
            return -1;
        }
        long number = 0;
        while (at < payload.length && payload[at] >= '0' && payload[at] <= '9' && at < HEAD_BYTES.length + 18) {
            number = number * 10 + payload[at++] - '0';
        }
        return at == HEAD_BYTES.length ? -1 : number;
    }

    private static void hex(StringBuilder to, long bits, int digits) {
        for (int i = 0; i < digits; i++) {
            to.append(HEX.charAt((int) (bits >>> (60 - 4 * i)) & 15));
        }
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input its own, random-looking output. */
    private static long mix(long number) {
        long z = number + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
