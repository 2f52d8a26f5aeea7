package io.outboxrelay.sidecar.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus makes of a scrape in its text format 0.0.4; refuses what is not well-formed, and samples without HELP and TYPE.
 *
 * @param families by name, in the order of the text
 */
public record Exposition(Map<String, Family> families) {

    private static final Pattern SAMPLE =
            Pattern.compile("(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(?<labels>.*)\\})? (?<value>\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    public record Family(String help, String type, List<Sample> samples) {}

    public record Sample(String name, Map<String, String> labels, double value) {}

    public static Exposition parse(String text) {
        Map<String, Family> families = new LinkedHashMap<>();
        String help = null;
        String helpOf = null;
        Family open = null;
        String openName = "";
        for (String line : text.lines().toList()) {
            if (line.startsWith("# HELP ")) {
                helpOf = line.split(" ", 4)[2];
                help = line.split(" ", 4)[3];
            } else if (line.startsWith("# TYPE ")) {
                openName = line.split(" ", 4)[2];
                require(openName.equals(helpOf) && help != null && !help.isBlank(), line + " without a HELP before it");
                open = new Family(String.valueOf(help), line.split(" ", 4)[3], new ArrayList<>());
                require(families.put(openName, open) == null, openName + " comes twice");
            } else {
                require(open != null, "a sample before any TYPE: " + line);
                open(open).samples().add(sample(openName, open(open).type(), line));
            }
        }
        return new Exposition(families);
    }

    private static Family open(@Nullable Family family) {
        if (family == null) {
            throw new IllegalStateException();
        }
        return family;
    }

    private static Sample sample(String family, String type, String line) {
        Matcher sample = SAMPLE.matcher(line);
        require(sample.matches(), "not a sample: " + line);
        String name = sample.group("name");
        List<String> endings = switch (type) {
            case "histogram" -> List.of("_bucket", "_count", "_sum");
            case "summary" -> List.of("", "_count", "_sum");
            default -> List.of("");
        };
        require(endings.stream().anyMatch(ending -> name.equals(family + ending)), line + " under " + family);
        Map<String, String> labels = new TreeMap<>();
        String listed = sample.group("labels") == null ? "" : sample.group("labels");
        Matcher label = LABEL.matcher(listed);
        int end = 0;
        while (label.find()) {
            require(label.start() == end, "not labels: " + listed);
            end = label.end();
            labels.put(label.group(1), label.group(2));
        }
        require(end == listed.length(), "not labels: " + listed);
        String value = sample.group("value").replace("+Inf", "Infinity").replace("-Inf", "-Infinity");
        return new Sample(name, labels, Double.parseDouble(value));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** The one value of a metric with these labels, given as name, value, name, value. */
    public double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        List<Sample> found = samples()
                .filter(sample -> sample.name().equals(name) && sample.labels().equals(wanted))
                .toList();
        require(found.size() == 1, name + wanted + " is there " + found.size() + " times");
        return found.get(0).value();
    }

    public Stream<Sample> samples() {
        return families.values().stream().flatMap(family -> family.samples().stream());
    }
}
