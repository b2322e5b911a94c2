using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;
using LibvirtBackup.Generator.Wrappers.Shapes;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>The rules that a parameter can have: a word, and for some a count, an enum or an expression.</summary>
internal sealed class ShapeTable(ApiDescription api, BlittableTypes types)
{
    private static readonly Dictionary<string, Action<Shape>> s_shapes = new()
    {
        ["handle"] = ValueShapes.Handle,
        ["text"] = ValueShapes.Text,
        ["optional"] = ValueShapes.Optional,
        ["number"] = ValueShapes.Number,
        ["enum"] = ValueShapes.Enum,
        ["flags"] = ValueShapes.Flags,
        ["bool"] = ValueShapes.Bool,
        ["size-of"] = ValueShapes.SizeOf,
        ["raw"] = ValueShapes.Raw,
        ["uuid"] = ValueShapes.Uuid,
        ["out"] = OutShapes.Out,
        ["uuid-text"] = OutShapes.UuidText,
        ["local"] = OutShapes.Local,
        ["array"] = ArrayShapes.Array,
        ["bytes"] = ArrayShapes.Bytes,
        ["buffer"] = ArrayShapes.Buffer,
        ["span"] = ArrayShapes.Span,
        ["null-terminated"] = ArrayShapes.NullTerminated,
        ["names"] = ArrayShapes.Names,
        ["fill"] = ArrayShapes.Fill,
        ["list"] = ListShapes.List,
        ["structs"] = ListShapes.Structs,
        ["texts"] = ListShapes.Texts,
        ["sized"] = ListShapes.Sized,
        ["counted"] = ListShapes.Counted,
        ["params"] = TypedParameterShapes.In,
        ["params-out"] = TypedParameterShapes.Out,
        ["params-query"] = TypedParameterShapes.Query,
        ["params-sized"] = TypedParameterShapes.Sized,
    };

    private static readonly HashSet<string> s_counting =
        ["array", "bytes", "buffer", "counted", "params", "params-out", "params-query", "params-sized"];

    /// <summary>The parameter that the rule passes beside its own, because it counts it; else null.</summary>
    public static string? CountOf(string rule)
    {
        (string name, string argument) = Split(rule);
        return s_counting.Contains(name) ? argument : null;
    }

    public void Apply(WrapperPlan plan, Parameter parameter, string rule)
    {
        (string name, string argument) = Split(rule);
        if (!s_shapes.TryGetValue(name, out Action<Shape>? shape))
            throw new GeneratorException(plan.Function.Name, $"has the unknown rule '{rule}' for {parameter.Name}");
        shape(new Shape(plan, parameter, argument, api, types));
    }

    private static (string Name, string Argument) Split(string rule)
    {
        int space = rule.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (rule, "") : (rule[..space], rule[(space + 1)..]);
    }
}
