namespace LibvirtBackup.Cli.Output;

/// <summary>
/// A table as virsh lays it out: a heading, a line, rows; three spaces between columns, the last one not padded.
/// </summary>
internal static class TextTable
{
    private const string Gap = "   ";

    /// <summary>Writes a table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="titles">The heading.</param>
    /// <param name="rows">As many cells each as there are titles.</param>
    /// <param name="heading">False to write the rows only.</param>
    internal static void Write(
        TextWriter output, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows, bool heading)
    {
        var widths = Measure(heading ? [titles, .. rows] : rows, titles.Count);
        if (heading)
        {
            var line = 0;
            foreach (var width in widths)
                line += width + Gap.Length;
            WriteRow(output, titles, widths);
            output.WriteLine(new string('-', line));
        }

        foreach (var row in rows)
            WriteRow(output, row, widths);
    }

    private static int[] Measure(IReadOnlyList<IReadOnlyList<string>> rows, int columns)
    {
        var widths = new int[columns];
        foreach (var row in rows)
        {
            for (var i = 0; i < columns; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        return widths;
    }

    private static void WriteRow(TextWriter output, IReadOnlyList<string> cells, int[] widths)
    {
        output.Write(' ');
        for (var i = 0; i < cells.Count; i++)
        {
            output.Write(cells[i]);
            if (i == cells.Count - 1)
                break;
            for (var rest = widths[i] - cells[i].Length; rest > 0; rest--)
                output.Write(' ');
            output.Write(Gap);
        }

        output.WriteLine();
    }
}
