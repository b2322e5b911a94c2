namespace LibvirtBackup.Cli.Output;

/// <summary>
/// A table as virsh lays it out: a heading, a line, rows; three spaces between columns, the last one not padded. On a
/// terminal that is too narrow the text of the last column goes on below itself; elsewhere a row is a line.
/// </summary>
internal static class TextTable
{
    private const string Gap = "   ";

    /// <summary>A last column that is narrower is left to the terminal.</summary>
    private const int LeastText = 20;

    /// <summary>Writes a table that fits the terminal, if stdout is one.</summary>
    internal static void Write(
        CliConsole console, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows, bool heading) =>
        Write(console.Out, titles, rows, heading, console.Width);

    /// <summary>Writes a table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="titles">The heading.</param>
    /// <param name="rows">As many cells each as there are titles.</param>
    /// <param name="heading">False to write the rows only.</param>
    /// <param name="screen">Columns of the terminal, or null.</param>
    internal static void Write(
        TextWriter output, IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows, bool heading,
        int? screen = null)
    {
        var widths = Measure(heading ? [titles, .. rows] : rows, titles.Count);
        var before = 1 + widths.Take(widths.Length - 1).Sum(width => width + Gap.Length);
        if (screen - before is { } rest and >= LeastText) widths[^1] = Math.Min(widths[^1], rest);
        if (heading)
        {
            WriteRow(output, titles, widths);
            output.WriteLine(new string('-', Math.Min(before - 1 + widths[^1] + Gap.Length, screen ?? int.MaxValue)));
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
        var at = 1;
        for (var i = 0; i < cells.Count - 1; i++)
        {
            output.Write(cells[i]);
            for (var rest = widths[i] - cells[i].Length; rest > 0; rest--)
                output.Write(' ');
            output.Write(Gap);
            at += widths[i] + Gap.Length;
        }

        WriteLast(output, cells[^1], widths[^1], at);
    }

    private static void WriteLast(TextWriter output, string text, int width, int at)
    {
        while (text.Length > width && text.LastIndexOf(' ', width) is > 0 and var end)
        {
            output.WriteLine(text[..end]);
            output.Write(new string(' ', at));
            text = text[(end + 1)..];
        }

        output.WriteLine(text);
    }
}
