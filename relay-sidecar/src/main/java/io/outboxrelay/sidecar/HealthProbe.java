package io.outboxrelay.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks one question over HTTP by a plain socket: to load a client would take longer than all else. */
final class HealthProbe {

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final Pattern RESPONSE =
            Pattern.compile("HTTP/1\\.[01] (\\d{3})[^\\n]*\\n.*?\\r?\\n\\r?\\n(.*)", Pattern.DOTALL);

    /** What to ask; the paths end like these. */
    enum Question {
        live,
        ready,
        started
    }

    private final String host;
    private final String authority;
    private final int port;

    /** @param host a name or an address, without brackets */
    HealthProbe(String host, int port) {
        this.host = host;
        this.port = port;
        this.authority = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    /** Where a relay serves that is not told otherwise. */
    static HealthProbe ofDefault() {
        return new HealthProbe("127.0.0.1", 8080);
    }

    /** Asks, and says the answer in one line; returns the exit status. */
    int tell(Question question, PrintWriter out) {
        Answer answer = ask("/health/" + question);
        out.println((answer.isYes() ? question.toString() : "not " + question) + ": "
                + answer.said().strip().replace('\n', ' '));
        out.flush();
        return answer.isYes() ? ExitCodes.STOPPED : ExitCodes.FAILED;
    }

    /**
     * What came back.
     *
     * @param said the answer's body, or why there is none
     */
    private record Answer(boolean isYes, String said) {}

    /** Waits for a few seconds at most. */
    private Answer ask(String path) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), leftMillis(deadline));
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.0\r\nHost: " + authority + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Matcher response = RESPONSE.matcher(read(socket, deadline));
            return response.matches()
                    ? new Answer(response.group(1).equals("200"), response.group(2))
                    : new Answer(false, "what answers at http://" + authority + " is no relay");
        } catch (SocketTimeoutException e) {
            return new Answer(false, "no answer at http://" + authority + " within " + PATIENCE.toSeconds() + " s");
        } catch (IOException e) {
            return new Answer(false, "no answer at http://" + authority + ": " + e.getMessage());
        }
    }

    private static String read(Socket socket, long deadline) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] answer = new byte[ANSWER_BYTES_MAX];
        int length = 0;
        socket.setSoTimeout(leftMillis(deadline));
        for (int read = in.read(answer); read > 0; read = in.read(answer, length, answer.length - length)) {
            length += read;
            socket.setSoTimeout(leftMillis(deadline));
        }
        return new String(answer, 0, length, StandardCharsets.UTF_8);
    }

    private static int leftMillis(long deadline) throws SocketTimeoutException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        return Math.toIntExact(left);
    }
}
