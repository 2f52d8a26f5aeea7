package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.kafka.common.utils.Utils;

/**
 * Asks a broker's port what it speaks before Kafka's own client does, because that one does not notice when it is wrong. A
 * plaintext client takes the alert of a TLS listener for the length of an answer and allocates 350 MB for it (KAFKA-4090), of
 * which the process dies; every other mismatch looks to it like a network that cuts connections for ever.
 *
 * <p>It asks in plaintext for the versions that the broker knows, as every client may before it says who it is, then for the
 * cluster, which a broker that wants a password does not answer. Nothing secret is sent. Each question blocks for a few seconds at most.
 */
final class ListenerCheck {

    /** What was found behind a port. */
    enum Spoken {
        /** Kafka, with no encryption and no password. */
        PLAINTEXT,
        /** Kafka without encryption, which wants a password. */
        SASL_PLAINTEXT,
        TLS,
        /** Kafka that says no more than that, or what encrypts, of which nothing is asked. */
        UNKNOWN,
        /** It opens, and then is silent for seconds, cuts the connection, or says what Kafka would not. */
        NOT_KAFKA
    }

    private static final int TIMEOUT_MILLIS = 2_000;
    private static final long SECOND_THOUGHT_MILLIS = 1_000;
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final short API_VERSIONS = 18;
    private static final short METADATA = 3;
    private static final int TLS_ALERT = 0x15;
    private static final int TLS_HANDSHAKE = 0x16;
    private static final int TLS_MAJOR = 0x03;

    private ListenerCheck() {}

    /**
     * What it means that this was found by a relay that is set up like that: nothing, or MISCONFIGURED.
     *
     * @param address {@code host:port}
     */
    static Optional<Failure> judge(String address, Spoken spoken, PublisherSettings settings) {
        String protocol = settings.securityProtocol();
        boolean encrypts = settings.encrypts();
        if (spoken == Spoken.TLS && !encrypts) {
            return mismatch(
                    "the broker at " + address + " speaks TLS, and the relay does not",
                    protocol,
                    "SASL_SSL where it wants a password, else SSL");
        }
        if (encrypts && (spoken == Spoken.PLAINTEXT || spoken == Spoken.SASL_PLAINTEXT)) {
            return mismatch("the broker at " + address + " does not speak TLS", protocol, spoken.name());
        }
        if (spoken == Spoken.SASL_PLAINTEXT && protocol.equals("PLAINTEXT")) {
            return mismatch("the broker at " + address + " wants a password", protocol, spoken.name());
        }
        return Optional.empty();
    }

    private static Optional<Failure> mismatch(String what, String protocol, String fitting) {
        return Optional.of(Failure.of(
                FailureKind.MISCONFIGURED,
                what + ": kafka.security.protocol is " + protocol,
                "set kafka.security.protocol to " + fitting + ", or name another listener in kafka.bootstrap.servers"));
    }

    /**
     * What a relay that speaks plaintext needs to know before it does; of another one, only whether anybody opens. Brokers note
     * in their logs who speaks out of turn, so nothing is asked that need not be.
     *
     * @return empty when nobody opens
     */
    static Optional<Spoken> look(InetSocketAddress address, PublisherSettings settings) {
        boolean asksAll = settings.securityProtocol().equals("PLAINTEXT");
        return surely(() -> reach(address, socket -> settings.encrypts() ? Spoken.UNKNOWN : ask(socket, asksAll)));
    }

    /**
     * All that a name stands for. Blocks.
     *
     * @param address {@code host:port}
     */
    static List<InetSocketAddress> resolve(String address) throws UnknownHostException {
        String host = Objects.requireNonNull(Utils.getHost(address));
        int port = Objects.requireNonNull(Utils.getPort(address));
        return Stream.of(InetAddress.getAllByName(host))
                .map(each -> new InetSocketAddress(each, port))
                .toList();
    }

    /** What keeps a Kafka client from getting an answer, when it has got none, and nobody said why. */
    static Optional<Failure> explain(String address, PublisherSettings settings) {
        if (!settings.encrypts()) {
            return Optional.empty();
        }
        try {
            for (InetSocketAddress each : resolve(address)) {
                Optional<Spoken> spoken = surely(() -> reach(each, socket -> ask(socket, true)));
                if (spoken.isPresent()) {
                    return judge(address, spoken.get(), settings).or(() -> judgeEncrypted(address, each, settings));
                }
            }
        } catch (UnknownHostException unknown) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** A broker that is being stopped may answer one question and not the next: only who does so twice wants a password. */
    private static Optional<Spoken> surely(Supplier<Optional<Spoken>> question) {
        Optional<Spoken> first = question.get();
        if (!first.equals(Optional.of(Spoken.SASL_PLAINTEXT))) {
            return first;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(SECOND_THOUGHT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(Spoken.UNKNOWN);
        }
        return question.get().equals(first) ? first : Optional.of(Spoken.UNKNOWN);
    }

    private interface Question {
        Spoken ask(Socket socket) throws IOException;
    }

    private static Optional<Spoken> reach(InetSocketAddress address, Question question) {
        try (Socket socket = new Socket()) {
            connect(socket, address);
            try {
                return Optional.of(question.ask(socket));
            } catch (IOException silentOrCut) {
                return Optional.of(Spoken.NOT_KAFKA);
            }
        } catch (IOException closed) {
            return Optional.empty();
        }
    }

    private static void connect(Socket socket, InetSocketAddress address) throws IOException {
        socket.connect(address, TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    /**
     * Whether a broker that speaks TLS to the relay wants a password, of which a client without one learns nothing. Whose
     * certificate it is does not matter here: nothing is told to it but the question, and its answer is only a hint.
     */
    private static Optional<Failure> judgeEncrypted(
            String address, InetSocketAddress socketAddress, PublisherSettings settings) {
        if (!settings.securityProtocol().equals("SSL")) {
            return Optional.empty();
        }
        return surely(() -> askEncrypted(socketAddress)).equals(Optional.of(Spoken.SASL_PLAINTEXT))
                ? mismatch("the broker at " + address + " wants a password", "SSL", "SASL_SSL")
                : Optional.empty();
    }

    private static Optional<Spoken> askEncrypted(InetSocketAddress address) {
        try (Socket socket = anybody().getSocketFactory().createSocket()) {
            connect(socket, address);
            return Optional.of(ask(socket, true));
        } catch (IOException | GeneralSecurityException unknown) {
            return Optional.empty();
        }
    }

    private static SSLContext anybody() throws GeneralSecurityException {
        X509ExtendedTrustManager trusting = new TrustingAnybody();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trusting}, null);
        return context;
    }

    /** @param all whether it also asks for what a broker that wants a password does not answer */
    private static Spoken ask(Socket socket, boolean all) throws IOException {
        DataInputStream answers = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write(request(API_VERSIONS, 0, 0));
        int length = answers.readInt();
        int first = length >>> 24;
        if ((first == TLS_ALERT || first == TLS_HANDSHAKE) && (length >> 16 & 0xff) == TLS_MAJOR) {
            return Spoken.TLS;
        }
        if (length < Integer.BYTES || length > ANSWER_BYTES_MAX) {
            return Spoken.NOT_KAFKA;
        }
        answers.skipNBytes(length);
        if (!all) {
            return Spoken.UNKNOWN;
        }
        // No topics: the list is empty, which from version 1 on does not mean all of them.
        try {
            socket.getOutputStream().write(request(METADATA, 1, Integer.BYTES));
            answers.readInt();
            return Spoken.PLAINTEXT;
        } catch (EOFException refused) {
            return Spoken.SASL_PLAINTEXT;
        } catch (IOException slowOrCut) {
            return Spoken.UNKNOWN;
        }
    }

    /** A request whose body is so many zeros. */
    private static byte[] request(short api, int version, int bodyBytes) {
        byte[] client = "outbox-relay-probe".getBytes(StandardCharsets.US_ASCII);
        int length = 3 * Short.BYTES + Integer.BYTES + client.length + bodyBytes;
        return ByteBuffer.allocate(Integer.BYTES + length)
                .putInt(length)
                .putShort(api)
                .putShort((short) version)
                .putInt(0)
                .putShort((short) client.length)
                .put(client)
                .array();
    }
}
