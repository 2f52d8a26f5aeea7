package io.outboxrelay.testkit;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** As much of ASN.1's distinguished encoding rules (X.690) as a certificate takes. Immutable functions. */
final class Der {
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int SHORT_LENGTH_MAX = 127;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(0x30, parts);
    }

    static byte[] set(byte[]... parts) {
        return tagged(0x31, parts);
    }

    static byte[] integer(BigInteger value) {
        return tagged(0x02, value.toByteArray());
    }

    static byte[] isTrue() {
        return tagged(0x01, new byte[] {(byte) 0xff});
    }

    static byte[] text(String value) {
        return tagged(0x0c, value.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] octets(byte[] value) {
        return tagged(0x04, value);
    }

    /** Bits in whole bytes. */
    static byte[] bits(byte[] value) {
        return tagged(0x03, new byte[] {0}, value);
    }

    /** A time before 2050. */
    static byte[] time(Instant at) {
        return tagged(0x17, UTC_TIME.format(at).getBytes(StandardCharsets.US_ASCII));
    }

    /** A name of the tree of objects, such as {@code 2.5.4.3}. */
    static byte[] object(String dotted) {
        String[] arcs = dotted.split("\\.", -1);
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.write(Integer.parseInt(arcs[0]) * 40 + Integer.parseInt(arcs[1]));
        for (int i = 2; i < arcs.length; i++) {
            writeArc(encoded, Integer.parseInt(arcs[i]));
        }
        return tagged(0x06, encoded.toByteArray());
    }

    /** A part that goes by its place, made of further parts. */
    static byte[] numbered(int number, byte[]... parts) {
        return tagged(0xa0 + number, parts);
    }

    /** A part that goes by its place, made of plain bytes. */
    static byte[] numberedPlain(int number, byte[] bytes) {
        return tagged(0x80 + number, bytes);
    }

    private static void writeArc(ByteArrayOutputStream out, int arc) {
        for (int shift = 28; shift > 0; shift -= 7) {
            if (arc >> shift != 0) {
                out.write(0x80 | ((arc >> shift) & 0x7f));
            }
        }
        out.write(arc & 0x7f);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        encoded.write(tag);
        if (content.size() <= SHORT_LENGTH_MAX) {
            encoded.write(content.size());
        } else {
            byte[] length = BigInteger.valueOf(content.size()).toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            encoded.write(0x80 + length.length - from);
            encoded.write(length, from, length.length - from);
        }
        encoded.writeBytes(content.toByteArray());
        return encoded.toByteArray();
    }
}
