namespace LibvirtBackup.Cli.Help;

/// <summary>Two columns and paragraphs, wrapped at a fixed width so that pages are the same everywhere.</summary>
internal static class HelpColumns
{
    private const int Width = 100;
    private const int WidestLeft = 30;

    /// <summary>Writes rows; a left text that is too wide gets a line of its own.</summary>
    internal static void Write(TextWriter output, IEnumerable<(string Left, string Right)> rows)
    {
        var all = rows.ToList();
        var left = all.Where(r => r.Left.Length <= WidestLeft).Select(r => r.Left.Length).DefaultIfEmpty(0).Max();
        var indent = new string(' ', left + 4);
        foreach (var (name, text) in all)
        {
            var head = "  " + name.PadRight(left) + "  ";
            if (name.Length > left)
            {
                output.WriteLine("  " + name);
                head = indent;
            }

            foreach (var line in Wrap(text, Width - indent.Length).DefaultIfEmpty(""))
            {
                output.WriteLine((head + line).TrimEnd());
                head = indent;
            }
        }
    }

    /// <summary>Writes running text.</summary>
    internal static void WriteParagraph(TextWriter output, string text)
    {
        foreach (var line in Wrap(text, Width))
            output.WriteLine(line);
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : line + " " + word;
        }

        if (line.Length > 0)
            yield return line;
    }
}
