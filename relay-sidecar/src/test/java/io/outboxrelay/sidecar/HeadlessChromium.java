package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.testkit.AfterExit;
import io.outboxrelay.testkit.InstalledProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A browser without a screen and one page in it, told what to do by the DevTools protocol: a WebSocket that takes JSON. Every wait is
 * bounded. Belongs to one thread.
 */
final class HeadlessChromium implements AutoCloseable {
    private static final long ANSWER_SECONDS_MAX = 30;
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");
    private static final Pattern PAGE = Pattern.compile("\"webSocketDebuggerUrl\":\\s*\"(ws://[^\"]+)\"");
    private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+),");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]*)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final AfterExit cleanUp;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private int asked;

    /** @param profile an empty directory of its own */
    HeadlessChromium(Path profile) throws Exception {
        this.process = new ProcessBuilder(
                        InstalledProgram.CHROMIUM.path(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        this.cleanUp = AfterExit.run("kill -9 \"$1\"", Long.toString(process.pid()));
        HttpRequest newPage = HttpRequest.newBuilder(URI.create("http://" + address() + "/json/new?about:blank"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        String page = found(
                PAGE, http.send(newPage, HttpResponse.BodyHandlers.ofString()).body());
        this.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(page), new Listener())
                .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        ask("Runtime.enable", "{}");
        ask("Log.enable", "{}");
        ask("Page.enable", "{}");
    }

    void open(String url) throws Exception {
        ask("Page.navigate", "{\"url\":\"" + url + "\"}");
    }

    /** What an expression of JavaScript comes to, as text. */
    String evaluate(String expression) throws Exception {
        String quoted = expression.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ");
        String answer = ask(
                "Runtime.evaluate",
                "{\"returnByValue\":true,\"expression\":\"encodeURIComponent(String(" + quoted + "))\"}");
        return URLDecoder.decode(found(VALUE, answer).replace("+", "%2B"), UTF_8);
    }

    void show(int widthPixels, int heightPixels, boolean dark) throws Exception {
        ask(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + widthPixels + ",\"height\":" + heightPixels + ",\"deviceScaleFactor\":1,\"mobile\":"
                        + (widthPixels < 500) + "}");
        ask(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + (dark ? "dark" : "light") + "\"}]}");
    }

    /** What is shown, as PNG. */
    byte[] screenshot() throws Exception {
        return Base64.getDecoder().decode(found(DATA, ask("Page.captureScreenshot", "{\"format\":\"png\"}")));
    }

    /** Errors and what was refused to the page, as the browser told it. */
    List<String> complaints() {
        return complaints;
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().orTimeout(ANSWER_SECONDS_MAX, TimeUnit.SECONDS).join();
        cleanUp.close();
    }

    private String ask(String method, String parameters) throws Exception {
        int id = ++asked;
        CompletableFuture<String> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        return answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Reads what the browser says until it has said where it listens; a thread reads on, so that it never waits for its reader. */
    private String address() throws Exception {
        CompletableFuture<String> address = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(address), "chromium-output");
        reader.setDaemon(true);
        reader.start();
        return address.get(2 * ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private void read(CompletableFuture<String> address) {
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = LISTENING.matcher(line);
                if (matcher.find()) {
                    address.complete(matcher.group(1));
                } else if (!address.isDone()) {
                    said.append(line).append('\n');
                }
            }
        } catch (IOException ended) {
            said.append(ended);
        }
        address.completeExceptionally(new IllegalStateException("chromium ended: " + said));
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return matcher.group(1);
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                took(message.toString());
                message.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        private void took(String text) {
            Matcher id = ID.matcher(text);
            if (id.find()) {
                CompletableFuture<String> answer = answers.remove(Integer.parseInt(id.group(1)));
                if (answer != null) {
                    answer.complete(text);
                }
            } else if (text.contains("\"Runtime.exceptionThrown\"") || text.contains("\"level\":\"error\"")) {
                complaints.add(text);
            }
        }
    }
}
