package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.sidecar.ManagementIT.Served;
import io.outboxrelay.testkit.InstalledProgram;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser shows it, of a relay that runs. Its pictures are left in {@code target/page}. */
class PageIT {
    private static final Path PICTURES =
            Path.of(System.getProperty("outboxrelay.distribution")).resolveSibling("page");

    /** For a picture with more to see: {@code -Doutboxrelay.pageSeconds=60}. */
    private static final Duration WATCHED = Duration.ofSeconds(Long.getLong("outboxrelay.pageSeconds", 8));

    private static final String EVIL_ID =
            "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    @TempDir
    Path profile;

    @BeforeEach
    void requireBrowser() {
        assumeThat(InstalledProgram.CHROMIUM.isThere())
                .as(InstalledProgram.CHROMIUM.whyNot())
                .isTrue();
    }

    @Test
    void shows_what_a_busy_relay_does_on_a_desk_and_on_a_phone_by_day_and_by_night() throws Exception {
        Workload workload = Workload.everything(1).withEventsPerSecond(300).withUnrelatedOpen(Duration.ofSeconds(2));
        try (Scene scene = Scene.withShop();
                OrderService shop = scene.startShop(workload);
                HeadlessChromium browser = new HeadlessChromium(profile)) {
            RelayProcess relay = scene.startRunningRelay();
            browser.show(1200, 720, false);
            browser.open(Served.by(relay).url());
            until(() -> browser.evaluate(text(".state")).equals("running"));
            until(() -> number(browser, ".tile:nth-child(1) .value") > 50);
            until(() -> browser.evaluate(text(".tile:nth-child(2) .value")).startsWith("\u2264 "));
            until(() -> !browser.evaluate(text("td.id")).isEmpty());
            assertThat(browser.evaluate("document.title")).isEqualTo("Outbox Relay");
            assertThat(browser.evaluate(text("#link"))).isEqualTo("up to date");
            assertThat(browser.evaluate(text(".way"))).contains("public.outbox at ", scene.topic("${aggregatetype}"));
            assertThat(browser.evaluate("document.querySelector('.tile svg').getAttribute('aria-label')"))
                    .startsWith("Published since this page was opened: now ");
            assertThat(browser.complaints()).isEmpty();

            long begun = System.nanoTime();
            await().atMost(WATCHED.plus(Scene.BOUND)).until(() -> System.nanoTime() - begun > WATCHED.toNanos());
            picture(browser, "desk-day");
            browser.show(1200, 720, true);
            picture(browser, "desk-night");
            assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
                    .isEqualTo("rgb(15, 18, 24)");
            browser.show(360, 1080, true);
            picture(browser, "phone-night");
            browser.show(360, 1080, false);
            picture(browser, "phone-day");
            assertThat(browser.evaluate("document.documentElement.scrollWidth"))
                    .as("nothing stands out at the side")
                    .isEqualTo("360");

            relay.kill();
            until(() -> browser.evaluate(text("#link")).startsWith("the relay gives no answer since "));
            assertThat(browser.evaluate("document.getElementById('pipelines').className"))
                    .isEqualTo("stale");
            picture(browser, "phone-gone");
            shop.stop();
        }
    }

    @Test
    void what_an_application_writes_into_an_event_is_text_and_nothing_else() throws Exception {
        try (Scene scene = Scene.withShop();
                HeadlessChromium browser = new HeadlessChromium(profile)) {
            scene.execute("CREATE TABLE evil (id text NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                    + " aggregatetype text NOT NULL, aggregateid text NOT NULL, type text NOT NULL, payload text)");
            scene.grant("evil");
            RelayProcess relay = scene.set("outbox.table", "public.evil").startRunningRelay();
            scene.execute("INSERT INTO evil (id, aggregatetype, aggregateid, type, payload) VALUES ('"
                    + EVIL_ID.replace("'", "''") + "', 'order', 'k', 't', 'x')");
            browser.show(1200, 720, false);
            browser.open(Served.by(relay).url());
            until(() -> browser.evaluate(text("td.id")).equals(EVIL_ID));
            assertThat(browser.evaluate("document.querySelectorAll('main img, main script').length"))
                    .isEqualTo("0");
            assertThat(browser.evaluate("document.title")).isEqualTo("Outbox Relay");
            assertThat(browser.complaints()).isEmpty();

            // Did it become markup, the browser would still refuse to run it.
            browser.evaluate("document.querySelector('td.id').innerHTML = document.querySelector('td.id').textContent");
            until(() -> browser.complaints().stream().anyMatch(it -> it.contains("Content Security Policy")));
            assertThat(browser.evaluate("document.title")).isEqualTo("Outbox Relay");
        }
    }

    @Test
    void says_why_nothing_is_published_and_what_to_do() throws Exception {
        try (Scene scene = Scene.withShop();
                HeadlessChromium browser = new HeadlessChromium(profile)) {
            RelayProcess relay = scene.startRunningRelay();
            browser.show(1200, 720, false);
            browser.open(Served.by(relay).url());
            until(() -> browser.evaluate(text(".state")).equals("running"));
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                    + " VALUES (gen_random_uuid(), 'no topic has this name', 'k', 't', '{}')");
            until(() -> browser.evaluate(text(".state")).equals("failed"));
            assertThat(browser.evaluate(text(".why"))).contains("cannot be published", "What to do: ");
            assertThat(browser.evaluate("document.title")).isEqualTo("(!) Outbox Relay");
            assertThat(browser.complaints()).isEmpty();
            picture(browser, "failed");
        }
    }

    private static String text(String selector) {
        return "(document.querySelector('" + selector + "') || {textContent: ''}).textContent";
    }

    private static double number(HeadlessChromium browser, String selector) throws Exception {
        String shown = browser.evaluate(text(selector)).replace(",", "");
        return shown.matches("[0-9.]+") ? Double.parseDouble(shown) : 0;
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(Scene.BOUND).pollInterval(Duration.ofMillis(100)).until(condition);
    }

    private static void picture(HeadlessChromium browser, String name) throws Exception {
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), browser.screenshot());
    }
}
