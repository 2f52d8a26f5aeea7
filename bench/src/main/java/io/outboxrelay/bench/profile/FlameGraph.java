package io.outboxrelay.bench.profile;

import java.util.Locale;

/**
 * A picture of a {@link CallTree} as SVG that needs nothing else: the caller below, what it called above, the width for the number
 * of samples. The idea of flame graphs is Brendan Gregg's.
 */
final class FlameGraph {
    private static final double WIDTH = 1600;
    private static final int FRAME_HEIGHT = 17;
    private static final int HEAD_HEIGHT = 40;
    private static final double NARROWEST = 0.4;
    private static final double CHARACTER_WIDTH = 6.6;
    private static final int SHORTEST_LABEL = 3;

    private final StringBuilder frames = new StringBuilder();
    private final double widthOfSample;
    private final long samples;
    private final int height;

    private FlameGraph(CallTree tree) {
        this.samples = tree.samples();
        this.widthOfSample = WIDTH / Math.max(1, samples);
        this.height = HEAD_HEIGHT + FRAME_HEIGHT * (1 + depth(tree));
    }

    /** The picture. */
    static String of(CallTree tree) {
        FlameGraph graph = new FlameGraph(tree);
        if (graph.isVisible(tree)) {
            graph.draw(tree, 0, 0);
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$.0f" height="%2$d" viewBox="0 0 %1$.0f %2$d"
                     font-family="monospace" font-size="11">
                <rect width="100%%" height="100%%" fill="#fffdf8"/>
                <text x="8" y="16" font-size="13">%3$d samples of threads that ran Java code; system calls are not seen</text>
                %4$s</svg>
                """.formatted(WIDTH, graph.height, graph.samples, graph.frames);
    }

    private int depth(CallTree tree) {
        return 1
                + tree.callees().stream()
                        .filter(this::isVisible)
                        .mapToInt(this::depth)
                        .max()
                        .orElse(0);
    }

    private boolean isVisible(CallTree tree) {
        return tree.samples() * widthOfSample >= NARROWEST;
    }

    private void draw(CallTree tree, double x, int level) {
        double width = tree.samples() * widthOfSample;
        int y = height - FRAME_HEIGHT * (level + 1);
        frames.append(String.format(
                Locale.ROOT,
                "<g><title>%s: %d samples, %.1f %%</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"1\""
                        + " fill=\"%s\"/>",
                escaped(tree.name()),
                tree.samples(),
                100.0 * tree.samples() / Math.max(1, samples),
                x,
                y,
                Math.max(NARROWEST, width - 0.5),
                FRAME_HEIGHT - 1,
                colour(tree.name())));
        int characters = (int) (width / CHARACTER_WIDTH);
        if (characters >= SHORTEST_LABEL) {
            frames.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\">%s</text>",
                    x + 2,
                    y + FRAME_HEIGHT - 5,
                    escaped(label(tree.name(), characters))));
        }
        frames.append("</g>\n");
        double left = x;
        for (CallTree callee : tree.callees()) {
            if (isVisible(callee)) {
                draw(callee, left, level + 1);
            }
            left += callee.samples() * widthOfSample;
        }
    }

    /** Class and method, as much of it as there is room for; the package is in the title. */
    private static String label(String name, int characters) {
        int method = name.lastIndexOf('.');
        int type = method < 0 ? -1 : name.lastIndexOf('.', method - 1);
        String shown = name.substring(type + 1);
        return shown.length() <= characters ? shown : shown.substring(0, characters - 1) + "…";
    }

    /** Whose code it is. */
    private static String colour(String name) {
        if (name.startsWith("io.outboxrelay.")) {
            return "#f2a65a";
        }
        if (name.startsWith("org.apache.kafka.") || name.contains("lz4")) {
            return "#9ecf8e";
        }
        if (name.startsWith("org.postgresql.")) {
            return "#8fb8de";
        }
        return "#ddd6c8";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
