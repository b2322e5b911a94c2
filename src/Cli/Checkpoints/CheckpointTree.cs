using LibvirtBackup.Checkpoints;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary>The tree of checkpoints as virsh draws it.</summary>
internal sealed class CheckpointTree
{
    private readonly TextWriter _output;
    private readonly ILookup<string, CheckpointSummary> _children;

    private CheckpointTree(TextWriter output, IReadOnlyList<CheckpointSummary> checkpoints)
    {
        _output = output;
        _children = checkpoints.Where(c => c.Parent is not null).ToLookup(c => c.Parent!, StringComparer.Ordinal);
    }

    /// <summary>Draws the checkpoints.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="checkpoints">In their order.</param>
    /// <param name="from">
    /// The one to start at, which need not be among them; null to start at all without a parent.
    /// </param>
    internal static void Write(TextWriter output, IReadOnlyList<CheckpointSummary> checkpoints, string? from)
    {
        var tree = new CheckpointTree(output, checkpoints);
        IEnumerable<string> roots =
            from is null ? checkpoints.Where(c => c.Parent is null).Select(c => c.Name) : [from];
        foreach (var root in roots)
        {
            output.WriteLine(root);
            if (!tree.WriteChildren(root, "  "))
                output.WriteLine();
        }
    }

    // A line of white space closes a branch whose last child has no children of its own.
    private bool WriteChildren(string name, string indent)
    {
        var children = _children[name].ToList();
        if (children.Count == 0)
            return false;

        _output.WriteLine(indent + "|");
        foreach (var child in children)
        {
            var isLast = ReferenceEquals(child, children[^1]);
            _output.WriteLine($"{indent}+- {child.Name}");
            if (!WriteChildren(child.Name, indent + (isLast ? "    " : "|   ")) && isLast)
                _output.WriteLine(indent + "  ");
        }

        return true;
    }
}
