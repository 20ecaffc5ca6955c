using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace RagAspire.Vectors.Boxed;

/// <summary>
/// Rewrites an ONNX model so that products with constant matrices are computed in whole numbers of 8 bits.
/// </summary>
/// <remarks>
/// Each <c>MatMul</c> becomes <c>DynamicQuantizeLinear</c>, <c>MatMulInteger</c>, <c>Cast</c> and <c>Mul</c>, a chain that the
/// runtime fuses. Each column of a matrix has a scale of its own. Weights use seven of the eight bits, because processors
/// without VNNI instructions add two products in 16 bits.
/// </remarks>
internal static class Quantization
{
    private const int LargestWeight = 63;

    // Numbers of fields and types in onnx.proto.
    private const int Graph = 7, Node = 1, Initializer = 5;
    private const int Input = 1, Output = 2, NodeName = 3, Operator = 4, Attribute = 5;
    private const int Dimension = 1, DataType = 2, TensorName = 8, RawData = 9;
    private const int AttributeName = 1, AttributeInt = 3, AttributeType = 20, IntAttribute = 2;
    private const int Float = 1, Int8 = 3;

    /// <exception cref="InvalidDataException">The model is damaged.</exception>
    public static byte[] Quantize(ReadOnlySpan<byte> model)
    {
        // The order of fields is free. With the graph as the last one there is no second copy of it in a growing buffer.
        var head = new WireWriter();
        var graph = new WireWriter();
        foreach (var field in new WireReader(model))
        {
            if (field.Number == Graph)
            {
                graph = QuantizeGraph(field.Content);
            }
            else
            {
                head.Copy(field.Whole);
            }
        }

        head.Header(Graph, graph.Written.Length);
        return [.. head.Written, .. graph.Written];
    }

    private static WireWriter QuantizeGraph(ReadOnlySpan<byte> graph)
    {
        var matrices = Matrices(graph);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var quantized = new WireWriter(graph.Length / 4 * 3);
        foreach (var field in new WireReader(graph))
        {
            if (field.Number == Node && Product(field.Content) is { } product && matrices.Contains(product.Weights))
            {
                used.Add(product.Weights);
                AddProduct(quantized, product);
            }
            else if (field.Number != Initializer)
            {
                quantized.Copy(field.Whole);
            }
        }

        foreach (var field in new WireReader(graph))
        {
            if (field.Number == Initializer)
            {
                var tensor = Tensor.Read(field.Content);
                if (used.Contains(tensor.Name))
                {
                    AddWeights(quantized, tensor);
                }
                else
                {
                    quantized.Copy(field.Whole);
                }
            }
        }

        return quantized;
    }

    /// <summary>The names of the constant matrices that nothing but products uses.</summary>
    private static HashSet<string> Matrices(ReadOnlySpan<byte> graph)
    {
        var matrices = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in new WireReader(graph))
        {
            if (field.Number == Initializer)
            {
                var tensor = Tensor.Read(field.Content);
                var isWhole = tensor.Raw.Length == (long)tensor.Rows * tensor.Columns * sizeof(float);
                if (tensor.Type == Float && tensor.Columns > 1 && isWhole)
                {
                    matrices.Add(tensor.Name);
                }
            }
        }

        foreach (var field in new WireReader(graph))
        {
            if (field.Number == Node)
            {
                var weights = Product(field.Content)?.Weights;
                foreach (var part in new WireReader(field.Content))
                {
                    if (part.Number == Input && part.Text != weights)
                    {
                        matrices.Remove(part.Text);
                    }
                }
            }
        }

        return matrices;
    }

    /// <summary>The product of a node; null when the node does something else.</summary>
    private static Product? Product(ReadOnlySpan<byte> node)
    {
        var (isProduct, output) = (false, "");
        var inputs = new List<string>();
        foreach (var field in new WireReader(node))
        {
            switch (field.Number)
            {
                case Operator:
                    isProduct = field.Text == "MatMul";
                    break;
                case Input:
                    inputs.Add(field.Text);
                    break;
                case Output:
                    output = field.Text;
                    break;
            }
        }

        return isProduct && inputs.Count == 2 ? new Product(inputs[0], inputs[1], output) : null;
    }

    private static void AddProduct(WireWriter graph, Product product)
    {
        var (x, w, y) = product;
        AddNode(graph, "DynamicQuantizeLinear", [x], [$"{y}:x", $"{y}:scale", $"{y}:zero"]);
        AddNode(graph, "MatMulInteger", [$"{y}:x", $"{w}:int8", $"{y}:zero"], [$"{y}:int32"]);
        var toFloat = new WireWriter().Text(AttributeName, "to").Number(AttributeInt, Float).Number(AttributeType, IntAttribute);
        AddNode(graph, "Cast", [$"{y}:int32"], [$"{y}:float"], toFloat);
        AddNode(graph, "Mul", [$"{y}:scale", $"{w}:scale"], [$"{y}:scales"]);
        AddNode(graph, "Mul", [$"{y}:float", $"{y}:scales"], [y]);
    }

    private static void AddNode(
        WireWriter graph, string operation, string[] inputs, string[] outputs, WireWriter? attribute = null)
    {
        var node = new WireWriter();
        Array.ForEach(inputs, input => node.Text(Input, input));
        Array.ForEach(outputs, output => node.Text(Output, output));
        node.Text(NodeName, $"{outputs[0]}:{operation}").Text(Operator, operation);
        if (attribute is not null)
        {
            node.Bytes(Attribute, attribute.Written);
        }

        graph.Bytes(Node, node.Written);
    }

    private static void AddWeights(WireWriter graph, Tensor tensor)
    {
        var scales = new float[tensor.Columns];
        var values = new float[tensor.Columns];
        for (var row = 0; row < tensor.Rows; row++)
        {
            tensor.Read(row, values);
            TensorPrimitives.MaxMagnitude(scales, values, scales);
        }

        TensorPrimitives.Abs(scales, scales);
        TensorPrimitives.Divide(scales, LargestWeight, scales);
        var whole = new sbyte[tensor.Rows * tensor.Columns];
        for (var row = 0; row < tensor.Rows; row++)
        {
            tensor.Read(row, values);
            TensorPrimitives.Divide(values, scales, values);
            TensorPrimitives.Round(values, values);

            // What is no number, because a column is nothing but zeros, becomes zero.
            TensorPrimitives.ConvertSaturating<float, sbyte>(values, whole.AsSpan(row * tensor.Columns, tensor.Columns));
        }

        AddTensor(graph, $"{tensor.Name}:int8", Int8, [tensor.Rows, tensor.Columns], MemoryMarshal.AsBytes<sbyte>(whole));
        AddTensor(graph, $"{tensor.Name}:scale", Float, [tensor.Columns], MemoryMarshal.AsBytes<float>(scales));
    }

    private static void AddTensor(WireWriter graph, string name, int type, int[] shape, ReadOnlySpan<byte> raw)
    {
        var tensor = new WireWriter(raw.Length + 256);
        Array.ForEach(shape, size => tensor.Number(Dimension, (ulong)size));
        tensor.Number(DataType, (ulong)type).Text(TensorName, name).Bytes(RawData, raw);
        graph.Bytes(Initializer, tensor.Written);
    }

    private readonly ref struct Tensor
    {
        private Tensor(string name, int type, int rows, int columns, ReadOnlySpan<byte> raw)
        {
            (Name, Type, Rows, Columns) = (name, type, rows, columns);
            Raw = raw;
        }

        public string Name { get; }

        public int Type { get; }

        public int Rows { get; }

        /// <summary>0 when the tensor has not two dimensions.</summary>
        public int Columns { get; }

        public ReadOnlySpan<byte> Raw { get; }

        /// <summary>Copies a row, because a number need not begin where a processor could read it.</summary>
        public void Read(int row, Span<float> values)
        {
            var bytes = MemoryMarshal.AsBytes(values);
            Raw.Slice(row * bytes.Length, bytes.Length).CopyTo(bytes);
        }

        public static Tensor Read(ReadOnlySpan<byte> message)
        {
            var (name, type) = ("", 0);
            var raw = ReadOnlySpan<byte>.Empty;
            var shape = new List<int>(2);
            foreach (var field in new WireReader(message))
            {
                switch (field.Number)
                {
                    case Dimension when field.Content.IsEmpty:
                        shape.Add(checked((int)field.Value));
                        break;
                    case Dimension: // packed
                        shape.AddRange(ReadPacked(field.Content));
                        break;
                    case DataType:
                        type = (int)field.Value;
                        break;
                    case TensorName:
                        name = field.Text;
                        break;
                    case RawData:
                        raw = field.Content;
                        break;
                }
            }

            return shape.Count == 2 ? new Tensor(name, type, shape[0], shape[1], raw) : new Tensor(name, type, 0, 0, raw);
        }

        private static List<int> ReadPacked(ReadOnlySpan<byte> packed)
        {
            var (numbers, number, shift) = (new List<int>(), 0, 0);
            foreach (var part in packed)
            {
                number |= (part & 0x7F) << shift;
                shift += 7;
                if (part < 0x80)
                {
                    numbers.Add(number);
                    (number, shift) = (0, 0);
                }
            }

            return numbers;
        }
    }
}

/// <summary>A product with a matrix on its right side, by the names of its operands and its result.</summary>
internal sealed record Product(string Operand, string Weights, string Result);
