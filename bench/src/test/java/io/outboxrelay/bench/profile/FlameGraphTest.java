package io.outboxrelay.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class FlameGraphTest {
    private final CallTree tree = new CallTree("all threads");

    @Test
    void the_width_of_a_method_is_its_share_of_the_samples() throws Exception {
        add(3, "relay-loop", "io.outboxrelay.engine.RelayLoop.runOnce", "org.apache.kafka.Producer.send");
        add(1, "relay-loop", "io.outboxrelay.engine.RelayLoop.runOnce");
        add(4, "relay-source", "org.postgresql.Stream.read");
        List<Element> frames = frames();
        assertThat(frames)
                .extracting(FlameGraphTest::title)
                .containsExactly(
                        "all threads: 8 samples, 100.0 %",
                        "relay-loop: 4 samples, 50.0 %",
                        "io.outboxrelay.engine.RelayLoop.runOnce: 4 samples, 50.0 %",
                        "org.apache.kafka.Producer.send: 3 samples, 37.5 %",
                        "relay-source: 4 samples, 50.0 %",
                        "org.postgresql.Stream.read: 4 samples, 50.0 %");
        assertThat(width(frames.get(0))).isEqualTo(1599.5);
        assertThat(width(frames.get(3))).isEqualTo(599.5);
    }

    @Test
    void what_a_method_calls_stands_on_it() throws Exception {
        add(1, "relay-loop", "a.B.c");
        List<Element> frames = frames();
        assertThat(top(frames.get(2))).isLessThan(top(frames.get(1)));
        assertThat(top(frames.get(1))).isLessThan(top(frames.get(0)));
    }

    @Test
    void names_are_text_whatever_they_hold() throws Exception {
        add(1, "<thread> & \"co\"", "a.B.<init>");
        assertThat(frames())
                .extracting(FlameGraphTest::title)
                .contains("<thread> & \"co\": 1 samples, 100.0 %", "a.B.<init>: 1 samples, 100.0 %");
    }

    @Test
    void what_would_be_narrower_than_a_line_is_left_out() throws Exception {
        add(100_000, "busy");
        add(1, "idle");
        assertThat(frames()).hasSize(2);
    }

    @Test
    void nothing_is_a_picture_too() throws Exception {
        assertThat(frames()).isEmpty();
        assertThat(FlameGraph.of(tree)).contains("0 samples");
    }

    private void add(int times, String... stack) {
        IntStream.range(0, times).forEach(i -> tree.add(List.of(stack)));
    }

    private List<Element> frames() throws Exception {
        NodeList found = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(FlameGraph.of(tree))))
                .getElementsByTagName("g");
        List<Element> frames = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            frames.add((Element) found.item(i));
        }
        return frames;
    }

    private static String title(Element frame) {
        return frame.getElementsByTagName("title").item(0).getTextContent();
    }

    private static double width(Element frame) {
        return Double.parseDouble(rectangle(frame).getAttribute("width"));
    }

    private static double top(Element frame) {
        return Double.parseDouble(rectangle(frame).getAttribute("y"));
    }

    private static Element rectangle(Element frame) {
        return (Element) frame.getElementsByTagName("rect").item(0);
    }
}
