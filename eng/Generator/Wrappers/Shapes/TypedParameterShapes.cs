namespace LibvirtBackup.Generator.Wrappers.Shapes;

/// <summary>libvirt's typed parameters, in the four ways its functions pass them.</summary>
internal static class TypedParameterShapes
{
    private const string Meaning = "The parameters.";

    /// <summary>Parameters that libvirt reads.</summary>
    public static void In(Shape shape)
    {
        shape.Public("IReadOnlyCollection<TypedParameter>");
        shape.Before($"using TypedParameterArray {shape.Local} = new({shape.Name});");
        shape.Pass($"{shape.Local}.Pointer");
        shape.PassCount($"{shape.Local}.Count");
    }

    /// <summary>Parameters that libvirt allocates.</summary>
    public static void Out(Shape shape)
    {
        string count = CountLocal(shape, "0");
        shape.Before($"virTypedParameter* {shape.Local} = null;");
        shape.Pass($"&{shape.Local}");
        shape.Return("TypedParameterList", $"NativeParameters.Take({shape.Local}, checked((int){count}))", Meaning);
    }

    /// <summary>The first call without memory asks for the number, the second fills it.</summary>
    public static void Query(Shape shape)
    {
        string count = CountLocal(shape, "0");
        shape.Plan.ProbeArguments[shape.Parameter.Name] = "null";
        bool typed = shape.PointedType == "virTypedParameter";
        string buffer = typed ? "NativeParameters" : $"NativeBuffer<{shape.PointedType}>";
        shape.Plan.AfterProbe.Add($"using {buffer} {shape.Local} = new({count});");
        shape.Pass($"{shape.Local}.Pointer");
        if (typed)
        {
            shape.Return("TypedParameterList", $"{shape.Local}.Read({count})", Meaning);
            return;
        }

        string copy = StructCopies.TypeOf(shape.Struct(shape.Parameter.Type.Base));
        string copies = $"NativeArray.Copy({shape.Local}.Pointer, {count}, &{copy}.Copy)";
        shape.Return($"{copy}[]", copies, "Copies of the filled structs.");
    }

    /// <summary>The caller knows the number from another function.</summary>
    public static void Sized(Shape shape)
    {
        shape.Plan.Parameters.Add($"int {shape.Argument}");
        string count = CountLocal(shape, shape.Argument);
        shape.Before($"using NativeParameters {shape.Local} = new({shape.Argument});");
        shape.Pass($"{shape.Local}.Pointer");
        shape.Return("TypedParameterList", $"{shape.Local}.Read({count})", Meaning);
    }

    private static string CountLocal(Shape shape, string initial)
    {
        string count = WrapperPlan.Local(shape.Argument);
        string type = shape.Types.Of(shape.Plan.Native(shape.Argument).Type, shape.Plan.Function.Name)[..^1];
        shape.Before($"{type} {count} = {initial};");
        shape.Plan.Arguments[shape.Argument] = $"&{count}";
        return count;
    }
}
