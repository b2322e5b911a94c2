namespace LibvirtBackup.Policies.Reading;

/// <summary>A piece of a YAML file, and where it stands.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal abstract record FileNode(int Line, int Column)
{
    /// <summary>What it is, for messages.</summary>
    internal abstract string Kind { get; }

    /// <summary>A value; what stands in quotes is a text, whatever it looks like.</summary>
    internal sealed record Value(string Text, bool IsQuoted, int Line, int Column) : FileNode(Line, Column)
    {
        internal override string Kind => Text.Length == 0 && !IsQuoted ? "nothing" : $"the value '{Text}'";
    }

    /// <summary>A list.</summary>
    internal sealed record Items(IReadOnlyList<FileNode> All, int Line, int Column) : FileNode(Line, Column)
    {
        internal override string Kind => "a list";
    }

    /// <summary>Keys with what they stand for, as written: a key may be there twice.</summary>
    internal sealed record Keys(IReadOnlyList<(Value Key, FileNode Content)> All, int Line, int Column)
        : FileNode(Line, Column)
    {
        internal override string Kind => "a set of keys";
    }
}
