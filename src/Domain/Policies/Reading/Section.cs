using System.Globalization;

namespace LibvirtBackup.Policies.Reading;

/// <summary>
/// The keys under one key. Reading a value that is wrong notes the problem and goes on with the default.
/// </summary>
internal sealed class Section
{
    private readonly Dictionary<string, FileNode> _content = new(StringComparer.Ordinal);
    private readonly Findings _findings;
    private readonly string _path;

    /// <param name="node">What stands there; anything but keys is a problem.</param>
    /// <param name="path">Under which key; empty for the file itself.</param>
    /// <param name="findings">Collects the problems.</param>
    internal Section(FileNode node, string path, Findings findings)
    {
        (Node, _path, _findings) = (node, path, findings);
        var known = PolicyKeys.All[path];
        if (node is not FileNode.Keys keys)
        {
            findings.Add(node, path, $"here are keys ({string.Join(", ", known)}), not {node.Kind}");
            return;
        }

        foreach (var (key, content) in keys.All)
        {
            if (!known.Contains(key.Text, StringComparer.Ordinal))
            {
                findings.Add(
                    key, PathOf(key.Text), $"there is no such key here; the keys are {string.Join(", ", known)}");
            }
            else if (!_content.TryAdd(key.Text, content))
                findings.Add(key, PathOf(key.Text), "it is there twice; leave one out");
        }
    }

    /// <summary>Where the section stands.</summary>
    internal FileNode Node { get; }

    internal bool Has(string key) => _content.ContainsKey(key);

    /// <summary>A key as it stands, or null.</summary>
    internal FileNode? Find(string key) => _content.GetValueOrDefault(key);

    /// <summary>The keys under a key, or null when it is not there.</summary>
    internal Section? Open(string key) =>
        Find(key) is { } node ? new Section(node, PathOf(key), _findings) : null;

    /// <summary>A text that may not be empty, or null.</summary>
    internal string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case FileNode.Value { Text.Length: > 0 } value:
                return value.Text;
            case var other:
                Wrong(key, $"it needs a text, not {other.Kind}");
                return null;
        }
    }

    /// <summary>A text that has to be there.</summary>
    internal string Required(string key)
    {
        if (!Has(key)) _findings.Add(Node, PathOf(key), "it is missing");
        return Text(key) ?? "";
    }

    /// <summary>A value of a kind, or the default.</summary>
    /// <param name="key">The key.</param>
    /// <param name="default">What is not written means.</param>
    /// <param name="parse">Makes it of a text; null where it is none.</param>
    /// <param name="expected">What is to be written, for the message.</param>
    internal T Parsed<T>(string key, T @default, Func<string, T?> parse, string expected)
    {
        if (Text(key) is not { } text) return @default;
        if (parse(text) is { } value) return value;
        Wrong(key, $"it cannot be '{text}'; write {expected}");
        return @default;
    }

    internal bool Flag(string key, bool @default = false) => Parsed<bool?>(
        key, @default, t => t switch { "true" => true, "false" => false, _ => null }, "true or false")!.Value;

    internal int Count(string key, int @default, int least, int most) => Parsed<int?>(
        key, @default,
        t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most
            ? n : null,
        $"a number from {least} to {most}")!.Value;

    internal TimeSpan Duration(string key, TimeSpan @default) => Parsed<TimeSpan?>(
        key, @default, t => DurationText.TryParse(t, out var d) && d > TimeSpan.Zero && d < TimeSpan.FromDays(40)
            ? d : null, "a duration such as 90s, 10m or 2h")!.Value;

    internal string? AbsolutePath(string key) => Text(key) is not { } path ? null
        : Path.IsPathRooted(path) ? path
        : Wrong(key, $"'{path}' depends on where the program is started; write a path that begins with /");

    /// <summary>Texts; empty when the key is not there.</summary>
    internal IReadOnlyList<string> Texts(string key)
    {
        if (Find(key) is not { } node) return [];
        if (node is not FileNode.Items items)
        {
            Wrong(key, $"it needs a list, such as [one, two], not {node.Kind}");
            return [];
        }

        if (items.All.Count == 0) Wrong(key, "the list is empty; leave the key out, or name something");
        foreach (var item in items.All.Where(item => item is not FileNode.Value { Text.Length: > 0 }))
            _findings.Add(item, PathOf(key), $"a list of texts cannot have {item.Kind}");
        return [.. items.All.OfType<FileNode.Value>().Select(value => value.Text)];
    }

    /// <summary>A program, an absolute path, and its arguments; empty when it is not there or wrong.</summary>
    internal IReadOnlyList<string> Command(string key)
    {
        if (!Has(key))
        {
            _findings.Add(Node, PathOf(key), "it is missing; write the program and its arguments, [/usr/bin/x, one]");
            return [];
        }

        var words = Texts(key);
        if (words is [var program, ..] && !Path.IsPathRooted(program))
            Wrong(key, $"'{program}' is not a whole path; no shell looks for it, so write /usr/bin/...");
        return words;
    }

    /// <summary>Notes that a key's value is wrong.</summary>
    /// <returns>Null.</returns>
    internal string? Wrong(string key, string message)
    {
        _findings.Add(Find(key) ?? Node, PathOf(key), message);
        return null;
    }

    internal void Warn(string key, string message) =>
        _findings.Warn(Find(key) ?? Node, PathOf(key), message);

    internal string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
