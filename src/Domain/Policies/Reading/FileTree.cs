using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LibvirtBackup.Policies.Reading;

/// <summary>
/// Reads YAML into nodes that know their places. Of YAML's features policies use none that makes a file hard to read:
/// anchors, tags and several documents are refused.
/// </summary>
internal sealed class FileTree
{
    private const int Deepest = 16;

    private readonly Parser _parser;

    private FileTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="problem">What keeps it from being read, or null.</param>
    /// <returns>Its content; null when it has none, or there is a problem.</returns>
    internal static FileNode? Read(string text, out PolicyProblem? problem)
    {
        problem = null;
        try
        {
            var tree = new FileTree(text);
            tree._parser.Consume<StreamStart>();
            if (tree._parser.Accept<StreamEnd>(out _)) return null;
            tree._parser.Consume<DocumentStart>();
            var root = tree.ReadNode(0);
            tree._parser.Consume<DocumentEnd>();
            if (tree._parser.Current is DocumentStart next)
                throw new SemanticErrorException(next.Start, next.End, "a file holds one policy; write another file");
            return root;
        }
        catch (YamlException e)
        {
            problem = new PolicyProblem(
                (int)Math.Max(1, e.Start.Line), (int)Math.Max(1, e.Start.Column), "",
                $"this is no YAML that a policy may have: {Reason(e)}");
            return null;
        }
    }

    private FileNode ReadNode(int depth)
    {
        var next = _parser.Consume<ParsingEvent>();
        var (line, column) = ((int)next.Start.Line, (int)next.Start.Column);
        if (depth > Deepest)
            throw new SemanticErrorException(next.Start, next.End, "it is nested too deeply");
        if (next is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw new SemanticErrorException(
                next.Start, next.End, "anchors and aliases are not used; repeat the value");
        if (next is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } })
            throw new SemanticErrorException(next.Start, next.End, "types ('!...') are not used; leave it out");
        switch (next)
        {
            case Scalar scalar:
                return new FileNode.Value(scalar.Value, scalar.Style != ScalarStyle.Plain, line, column);
            case SequenceStart:
                var items = new List<FileNode>();
                while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1));
                return new FileNode.Items(items, line, column);
            default:
                return ReadKeys((MappingStart)next, depth);
        }
    }

    private FileNode.Keys ReadKeys(MappingStart start, int depth)
    {
        var keys = new List<(FileNode.Value, FileNode)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(depth + 1) is not FileNode.Value key)
                throw new SemanticErrorException(start.Start, start.End, "a key is a word");
            keys.Add((key, ReadNode(depth + 1)));
        }

        return new FileNode.Keys(keys, (int)start.Start.Line, (int)start.Start.Column);
    }

    private static string Reason(YamlException e)
    {
        var text = e.InnerException is { } inner ? inner.Message : e.Message;
        return text.TrimEnd('.').ReplaceLineEndings(" ");
    }
}
