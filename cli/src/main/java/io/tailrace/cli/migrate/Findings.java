package io.tailrace.cli.migrate;

import io.tailrace.cli.TextTable;
import io.tailrace.forwarder.cutover.Finding;
import io.tailrace.forwarder.cutover.Plan;
import java.io.PrintWriter;
import java.util.List;

/** Prints what was found before a move. Stateless. */
final class Findings {

    private Findings() {}

    /** Prints a line for each; returns whether a move is possible. */
    static boolean print(List<Finding> findings, PrintWriter out) {
        TextTable table = new TextTable(List.of("", "check", "what was found"));
        findings.forEach(finding -> table.addRow(List.of(finding.weight().text(), finding.check(), finding.text())));
        table.lines().forEach(out::println);
        int blocking = Plan.blocking(findings).size();
        out.println(blocking == 0 ? "nothing blocks the cutover" : blocking + " of these block the cutover");
        return blocking == 0;
    }
}
