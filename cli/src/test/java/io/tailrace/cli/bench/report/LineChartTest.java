package io.tailrace.cli.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class LineChartTest {

    private static final LineChart CHART = new LineChart(
            "Throughput <& \"partitions\">",
            "partitions",
            "records/s",
            List.of(
                    new LineChart.Series(
                            "Tailrace",
                            "#1b6ca8",
                            false,
                            List.of(new LineChart.Point(1, 100_000), new LineChart.Point(1_000, 80_000))),
                    new LineChart.Series("Kafka", "#c0392b", true, List.of(new LineChart.Point(10, 300_000)))));

    @Test
    void shouldBeWellFormedAndHaveATitleAxesLinesAndALegend() throws Exception {
        // When
        Document svg = parse(CHART.svg());

        // Then
        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(texts(svg))
                .contains("Throughput <& \"partitions\">", "partitions", "records/s", "Tailrace", "Kafka")
                .contains("1", "10", "1,000", "300,000");
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(3);
        assertThat(attributes(svg, "polyline", "stroke")).containsExactly("black", "#1b6ca8", "#c0392b");
    }

    @Test
    void shouldDrawEveryPointInsideThePicture() throws Exception {
        Document svg = parse(CHART.svg());
        double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
        double height = Double.parseDouble(svg.getDocumentElement().getAttribute("height"));
        assertThat(attributes(svg, "circle", "cx"))
                .allSatisfy(x -> assertThat(Double.parseDouble(x)).isBetween(0.0, width));
        assertThat(attributes(svg, "circle", "cy"))
                .allSatisfy(y -> assertThat(Double.parseDouble(y)).isBetween(0.0, height));
    }

    @Test
    void shouldRefuseToDrawNothing() {
        assertThatThrownBy(() -> new LineChart("t", "x", "y", List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    private static List<String> texts(Document svg) {
        NodeList elements = svg.getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int index = 0; index < elements.getLength(); index++) {
            texts.add(elements.item(index).getTextContent());
        }
        return texts;
    }

    private static List<String> attributes(Document svg, String tag, String attribute) {
        NodeList elements = svg.getElementsByTagName(tag);
        List<String> values = new ArrayList<>();
        for (int index = 0; index < elements.getLength(); index++) {
            values.add(((Element) elements.item(index)).getAttribute(attribute));
        }
        return values;
    }
}
