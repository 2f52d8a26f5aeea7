package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void a_plain_line_tells_everything_without_codes_of_a_terminal() {
        assertThat(PlainView.format(Moments.busy(12_345)))
                .isEqualTo("  12.3 s  written=12345 published=12340 processed=12301 pending=5 oldestPendingMs=4"
                        + " rate=203/s p50Ms=6.3 p99Ms=118.5  last: outbox.event.shipment-2@123456 key=order-199"
                        + " id=284b221.. eventType=OrderChanged");
        assertThat(PlainView.format(Moments.first()))
                .isEqualTo("   0.0 s  written=0 published=0 processed=0 pending=0 oldestPendingMs=0"
                        + " rate=0/s p50Ms=0.0 p99Ms=0.0");
    }

    @Test
    void plain_lines_come_once_a_second_and_at_the_end() {
        PlainView view = new PlainView(out);
        for (int millis = 0; millis <= 1_400; millis += 200) {
            view.show(Moments.busy(millis));
        }
        assertThat(written().lines().map(line -> line.substring(0, 6))).containsExactly("   0.0", "   1.0");
        view.settle();
        assertThat(written().lines().map(line -> line.substring(0, 6))).containsExactly("   0.0", "   1.0", "   1.4");
    }

    @Test
    void a_picture_is_drawn_over_the_one_before() {
        LiveView view = new LiveView(out, new Screen(80, 24));
        view.show(Moments.first());
        long lines = linesWritten();
        assertThat(written()).doesNotContain("\033[" + lines + "A");
        bytes.reset();
        view.show(Moments.busy(0));
        assertThat(written()).startsWith("\033[" + lines + "A\r").contains("12,345");
        assertThat(linesWritten()).isEqualTo(lines);
        assertThat(written().split("\n", -1))
                .filteredOn(line -> !line.isEmpty())
                .allSatisfy(line -> assertThat(line).endsWith("\033[K"));
    }

    @Test
    void a_line_takes_the_place_of_the_picture_and_stays_above_the_next() {
        LiveView view = new LiveView(out, new Screen(80, 24));
        view.show(Moments.first());
        long lines = linesWritten();
        bytes.reset();
        view.line("something happened");
        assertThat(written()).isEqualTo("\033[" + lines + "A\r\033[Jsomething happened\n");
        bytes.reset();
        view.show(Moments.first());
        assertThat(written()).startsWith("\033[K\n");
    }

    @Test
    void what_follows_a_settled_picture_leaves_it_standing() {
        LiveView view = new LiveView(out, new Screen(80, 24));
        view.show(Moments.first());
        view.settle();
        bytes.reset();
        view.line("RESULT");
        assertThat(written()).isEqualTo("\033[JRESULT\n");
    }

    private long linesWritten() {
        return written().chars().filter(character -> character == '\n').count();
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
